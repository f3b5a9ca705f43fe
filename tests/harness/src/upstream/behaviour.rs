//! Which of the upstream's behaviours a path asks for.

use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Behaviour {
    Ok,
    Status(u16),
    Slow(Duration),
    Hang,
    Reset,
    ResetMidBody,
    ResetStream,
    Echo,
    Trailers,
}

impl Behaviour {
    /// Reads a path without query. A path with a bad number panics the request's task, which
    /// closes the connection: the test made a mistake.
    pub(super) fn of(path: &str) -> Behaviour {
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("no number in {path}"));
        match path.strip_prefix('/').unwrap_or(path).split_once('/') {
            Some(("status", status)) => Behaviour::Status(number(status)),
            Some(("slow", millis)) => Behaviour::Slow(Duration::from_millis(number(millis).into())),
            _ => match path {
                "/hang" => Behaviour::Hang,
                "/reset" => Behaviour::Reset,
                "/reset-mid-body" => Behaviour::ResetMidBody,
                "/reset-stream" => Behaviour::ResetStream,
                "/echo" => Behaviour::Echo,
                "/trailers" => Behaviour::Trailers,
                _ => Behaviour::Ok,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_choose_behaviours() {
        let rows = [
            ("/", Behaviour::Ok),
            ("/cart/7", Behaviour::Ok),
            ("/status/503", Behaviour::Status(503)),
            ("/slow/250", Behaviour::Slow(Duration::from_millis(250))),
            ("/hang", Behaviour::Hang),
            ("/hang/", Behaviour::Ok),
            ("/reset", Behaviour::Reset),
            ("/reset-mid-body", Behaviour::ResetMidBody),
            ("/reset-stream", Behaviour::ResetStream),
            ("/echo", Behaviour::Echo),
            ("/trailers", Behaviour::Trailers),
        ];
        for (path, behaviour) in rows {
            assert_eq!(Behaviour::of(path), behaviour, "{path}");
        }
    }
}
