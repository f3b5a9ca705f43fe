//! What the pictures of this program have in common.

/// Of every picture, pixels.
pub const WIDTH: f64 = 760.0;

/// The fonts and lines; what is drawn with them has styles of its own.
const STYLE: &str = "\
text { font: 13px system-ui, sans-serif; fill: #24292f } \
.title { font-weight: 600; font-size: 15px } \
.small { font-size: 11px; fill: #57606a } \
.axis { stroke: #d0d7de }";

/// The beginning of a picture on white, up to where its content comes; `style`: what it has besides.
pub fn begin(height: f64, style: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n<style>{STYLE} {style}</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>"
    )
}

/// A text element. The texts are ours and have nothing to escape.
pub fn text(x: f64, y: f64, class: &str, words: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{words}</text>")
}
