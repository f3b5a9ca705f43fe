//! Header lists as text.

/// Pairs of lines `name: value`; other lines are left out.
pub fn pairs(text: &[u8]) -> Vec<(&[u8], &[u8])> {
    let lines = text.split(|&byte| byte == b'\n');
    let pair = |line: &'_ [u8]| line.windows(2).position(|two| two == b": ");
    lines.filter_map(|line| pair(line).map(|at| (&line[..at], &line[at + 2..]))).collect()
}
