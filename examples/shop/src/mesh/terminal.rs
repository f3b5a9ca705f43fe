//! kubectl, as somebody types it.

use std::fmt::Write;

use spanmesh_mesh::Kubectl;

use crate::paint::Paint;

/// Where commands are printed before they run, and what they say after.
pub struct Terminal {
    kubectl: Kubectl,
    paint: Paint,
}

// === impl Terminal ===

impl Terminal {
    /// Of this kubectl.
    pub fn new(kubectl: Kubectl, paint: Paint) -> Self {
        Self { kubectl, paint }
    }

    /// Runs kubectl with these arguments.
    ///
    /// # Errors
    ///
    /// What it complains of.
    pub async fn run(&self, arguments: &[&str]) -> Result<(), String> {
        let command = command(arguments);
        println!("{}", self.paint.cyan(&format!("$ {command}")));
        let said = self.kubectl.run(arguments).await;
        print!("{}", said.map_err(|complaint| format!("{command}: {complaint}"))?);
        Ok(())
    }
}

/// The line that a shell takes for this command.
fn command(arguments: &[&str]) -> String {
    let mut line = "kubectl".to_owned();
    for argument in arguments {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=".contains(c);
        if !argument.is_empty() && argument.chars().all(is_plain) {
            let _ = write!(line, " {argument}");
        } else {
            let _ = write!(line, " '{}'", argument.replace('\'', r"'\''"));
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::command;

    #[test]
    fn arguments_are_quoted_where_a_shell_would_take_them_apart() {
        for (arguments, want, reason) in [
            (vec!["apply", "-f", "istio/a.yaml"], "kubectl apply -f istio/a.yaml", "plain words"),
            (vec!["-p", "spec: {a: 1}"], "kubectl -p 'spec: {a: 1}'", "spaces and braces"),
            (vec!["-p", "it's"], r"kubectl -p 'it'\''s'", "a quote within"),
            (vec![""], "kubectl ''", "an empty one is one"),
            (vec!["$HOME"], "kubectl '$HOME'", "nothing is expanded"),
        ] {
            assert_eq!(command(&arguments), want, "{reason}");
        }
    }
}
