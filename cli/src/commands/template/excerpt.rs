//! The line of a template where something is wrong, with a mark below the place.

use signet_template::Position;

/// Characters that are shown of a line, and how many of them at most stand before the mark.
const WIDTH: usize = 100;
const BEFORE: usize = 60;

/// Three lines or four: the place, as editors read it, and the line of the template. Columns count from 1 here,
/// while Go's own text counts them from 0.
pub(super) fn excerpt(file: &str, text: &[u8], position: Position) -> String {
    let Position { line, column } = position;
    let number = line.to_string();
    let margin = " ".repeat(number.len());
    let place = column.map(|column| format!(":{}", column + 1)).unwrap_or_default();
    let whole = text.split(|&byte| byte == b'\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let mark = column.map(|column| shown(&whole[..column.min(whole.len())]).len());
    let (line, mark) = clipped(&shown(whole), mark);
    let mut excerpt = format!("{margin}--> {file}:{number}{place}\n{margin} |\n{number} | {line}");
    if let Some(mark) = mark {
        excerpt.push_str(&format!("\n{margin} | {}^", " ".repeat(mark)));
    }
    excerpt
}

/// What is printed of a part of a line: no bytes that are not text, and none that steer a terminal.
fn shown(part: &[u8]) -> Vec<char> {
    let part = part.strip_suffix(b"\r").unwrap_or(part);
    let replaced = |c: char| match c {
        '\t' => ' ',
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    String::from_utf8_lossy(part).chars().map(replaced).collect()
}

/// The part of a line around the mark, and where the mark is in it.
fn clipped(line: &[char], mark: Option<usize>) -> (String, Option<usize>) {
    const DOTS: &str = "...";
    let skipped = match mark {
        Some(mark) if line.len() > WIDTH => mark.saturating_sub(BEFORE),
        _ => 0,
    };
    let mut part = String::from(if skipped > 0 { DOTS } else { "" });
    part.extend(line.iter().skip(skipped).take(WIDTH));
    if line.len() > skipped + WIDTH {
        part.push_str(DOTS);
    }
    let dots = if skipped > 0 { DOTS.len() } else { 0 };
    (part.trim_end().to_owned(), mark.map(|mark| mark - skipped + dots))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_the_place() {
        for (text, line, column, expected) in [
            ("{{ nope }}", 1, Some(3), " --> t:1:4\n  |\n1 | {{ nope }}\n  |    ^"),
            ("a\r\nb {{ x }}\r\nc", 2, Some(5), " --> t:2:6\n  |\n2 | b {{ x }}\n  |      ^"),
            ("a\n", 2, Some(0), " --> t:2:1\n  |\n2 | \n  | ^"),
            ("a", 1, None, " --> t:1\n  |\n1 | a"),
            ("ä\t{{ x }}", 1, Some(6), " --> t:1:7\n  |\n1 | ä {{ x }}\n  |      ^"),
            ("\u{1b}[31m{{ x }}", 1, Some(8), " --> t:1:9\n  |\n1 | \u{fffd}[31m{{ x }}\n  |         ^"),
            ("a", 7, Some(3), " --> t:7:4\n  |\n7 | \n  | ^"),
            ("a", 0, None, " --> t:0\n  |\n0 | a"),
        ] {
            assert_eq!(excerpt("t", text.as_bytes(), Position { line, column }), expected, "{text:?}");
        }
    }

    #[test]
    fn long_lines_are_clipped_around_the_mark() {
        let text = format!("{}HERE{}", "a".repeat(500), "b".repeat(500));
        let excerpt = excerpt("t", text.as_bytes(), Position { line: 1, column: Some(500) });
        let lines: Vec<&str> = excerpt.lines().collect();
        let mark = lines[3].find('^').unwrap();
        assert_eq!(&lines[2][mark..mark + 4], "HERE");
        assert!(lines[2].len() < 120 && lines[2].starts_with("1 | ...a") && lines[2].ends_with("b..."));
    }
}
