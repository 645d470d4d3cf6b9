//! `condition_info`: one series for each SealedSecret, written straight from whoever knows the objects.
//!
//! A gauge per object would keep four strings for each of them in memory, and one that is forgotten when an object
//! goes or its label changes stays for ever. Here nothing is kept, so nothing can be stale.

use std::fmt::Write as _;

const NAME: &str = "sealed_secrets_controller_condition_info";
const HELP: &str =
    "Current SealedSecret condition status. Values are -1 (false), 0 (unknown or absent), 1 (true)";

/// The status of the condition `Synced`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionValue {
    /// The last pass failed.
    False,
    /// Not known.
    Unknown,
    /// The last pass succeeded.
    True,
}

/// The condition of one SealedSecret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// The status.
    pub value: ConditionValue,
    /// Value of its label `app.kubernetes.io/instance`, empty without one.
    pub instance: &'a str,
}

/// Whoever knows the conditions of all SealedSecrets.
pub trait ConditionSource: Send + Sync {
    /// Calls `f` for every SealedSecret that has a condition, in any order, once each.
    fn for_each(&self, f: &mut dyn FnMut(Condition<'_>));
}

pub(super) fn render(source: &dyn ConditionSource, out: &mut String) {
    let mut first = true;
    source.for_each(&mut |condition| {
        if first {
            let _ = writeln!(out, "# HELP {NAME} {HELP}\n# TYPE {NAME} gauge");
            first = false;
        }
        let value = match condition.value {
            ConditionValue::False => -1,
            ConditionValue::Unknown => 0,
            ConditionValue::True => 1,
        };
        let _ = write!(out, "{NAME}{{condition=\"Synced\",name=\"");
        escape(out, condition.name);
        out.push_str("\",namespace=\"");
        escape(out, condition.namespace);
        out.push_str("\",ss_app_kubernetes_io_instance=\"");
        escape(out, condition.instance);
        let _ = writeln!(out, "\"}} {value}");
    });
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
}
