//! A Python process that answers questions: a line of JSON for each, and one for its answer.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// The process. It ends when its input does, which is when this process ends.
pub(crate) struct Server {
    _process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a script of this package.
    pub(crate) fn start(script: &str, python: &Path) -> Server {
        let mut command = Command::new(python);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
        // Without -I, the environment could bring in other packages.
        command.arg("-I").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the interpreter runs");
        let questions = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        Server { _process: process, questions, answers }
    }

    /// The answer to a question. Panics with the traceback when Python raised an exception.
    pub(crate) fn ask(server: &Mutex<Server>, question: &Value) -> Value {
        // A poisoned lock is no reason to fail the other tests: the answer had been read.
        let mut locked = server.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = locked.exchange(question);
        drop(locked);
        if let Some(traceback) = answer.get("raised") {
            panic!("{question} raised {}", traceback.as_str().unwrap_or_default());
        }
        answer
    }

    fn exchange(&mut self, question: &Value) -> Value {
        writeln!(self.questions, "{question}").expect("the script reads questions");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the script answers in UTF-8");
        let answer = serde_json::from_str(&line);
        answer.unwrap_or_else(|error| panic!("{question} is answered by {line:?}: {error}"))
    }
}
