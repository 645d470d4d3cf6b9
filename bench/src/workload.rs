//! The workloads: a file each in `bench/workloads`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::args::{RunArgs, SizeName, TemplateWork};
use crate::sample::Metric;

/// One workload, as its file says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Workload {
    /// The name of the file.
    #[serde(skip)]
    pub(crate) name: String,
    /// What is done, for the table.
    pub(crate) what: String,
    pub(crate) kind: Kind,
    /// Flags of the peer's controller beyond its defaults.
    #[serde(default)]
    pub(crate) peer_flags: Vec<String>,
    /// Too long for the small size; runs there only when named.
    #[serde(default)]
    pub(crate) full_only: bool,
    #[serde(default)]
    pub(crate) keys: Keys,
    /// For templates: which one, and what is done with it.
    pub(crate) template: Option<Template>,
    pub(crate) small: Size,
    pub(crate) full: Size,
    pub(crate) goal: Vec<Goal>,
}

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The CLI prints its version.
    Start,
    /// The CLI seals a stream.
    Seal,
    /// The CLI seals files; the peer takes one a run.
    SealFiles,
    /// The controller finds SealedSecrets and no Secrets.
    FirstSync,
    /// The controller finds everything in sync.
    Restart,
    /// An object appears while the controller looks through the others after a restart.
    LateArrival,
    /// The controller starts and serves its certificate.
    Ready,
    /// A template is parsed or rendered in a loop; the objects are the turns.
    Template,
}

/// A template of `crates/template/benches`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Template {
    pub(crate) file: String,
    pub(crate) work: TemplateWork,
}

/// The controller's keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Keys {
    pub(crate) count: usize,
    #[serde(default = "shipped_bits")]
    pub(crate) bits: usize,
    pub(crate) sealed_with: SealedWith,
}

/// Both programs make keys of this size unless told otherwise.
fn shipped_bits() -> usize {
    4096
}

impl Default for Keys {
    fn default() -> Self {
        Self { count: 1, bits: shipped_bits(), sealed_with: SealedWith::Newest }
    }
}

/// Which of the keys sealed an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SealedWith {
    Newest,
    Oldest,
    /// Each object with one of its own, the same in each run.
    Random,
}

/// How much of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Size {
    /// Runs of each side.
    pub(crate) pairs: usize,
    #[serde(default)]
    pub(crate) objects: usize,
    /// Fewer for the peer where its cost per object is flat; times are then compared per object.
    peer_objects: Option<usize>,
    /// In each object.
    #[serde(default)]
    pub(crate) values: usize,
}

impl Size {
    pub(crate) fn peer_objects(&self) -> usize {
        self.peer_objects.unwrap_or(self.objects)
    }
}

/// What we want the ratio to be.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Goal {
    pub(crate) id: String,
    pub(crate) metric: Metric,
    /// None for what is only published.
    pub(crate) at_most: Option<f64>,
    /// The goal is about this many objects: with fewer, fixed costs weigh more.
    objects: Option<usize>,
}

impl Goal {
    /// Whether missing the goal at this size says anything.
    pub(crate) fn judged_at(&self, size: &Size) -> bool {
        self.objects.is_none_or(|objects| size.objects >= objects)
    }

    pub(crate) fn objects(&self) -> Option<usize> {
        self.objects
    }
}

impl Workload {
    pub(crate) fn size(&self, name: SizeName) -> &Size {
        match name {
            SizeName::Small => &self.small,
            SizeName::Full => &self.full,
        }
    }

    /// What is done, with its numbers.
    pub(crate) fn describe(&self, name: SizeName) -> String {
        let size = self.size(name);
        let mut text = self.what.clone();
        if size.objects > 0 && size.values == 0 {
            text += &format!(", {} times", size.objects);
        } else if size.objects > 0 {
            text += &format!(", {} x {}", size.objects, size.values);
        }
        if size.peer_objects() != size.objects {
            text += &format!(" (peer {} x {})", size.peer_objects(), size.values);
        }
        text
    }
}

/// The workloads that the arguments choose: first the short ones, which want a machine without servers on it.
pub(crate) fn load(args: &RunArgs) -> Result<Vec<Workload>> {
    let mut workloads = all()?;
    if args.only.is_empty() {
        workloads.retain(|workload| args.size == SizeName::Full || !workload.full_only);
        return Ok(workloads);
    }
    let chosen = |workload: &Workload, wanted: &str| {
        let family = workload.name.split('-').next().unwrap_or_default();
        [&*workload.name, family].contains(&wanted) || workload.goal.iter().any(|goal| goal.id == wanted)
    };
    for wanted in &args.only {
        let known = workloads.iter().any(|workload| chosen(workload, wanted));
        ensure!(known, "no workload or goal {wanted:?}; there are {}", names(&workloads));
    }
    workloads.retain(|workload| args.only.iter().any(|wanted| chosen(workload, wanted)));
    Ok(workloads)
}

fn all() -> Result<Vec<Workload>> {
    let directory = directory();
    let entries = std::fs::read_dir(&directory)
        .with_context(|| format!("failed to list {}", directory.display()))?
        .collect::<Result<Vec<_>, _>>()?;
    let mut workloads = entries.iter().map(|entry| read(&entry.path())).collect::<Result<Vec<Workload>>>()?;
    workloads.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(workloads)
}

fn read(path: &Path) -> Result<Workload> {
    let read = || -> Result<Workload> { Ok(toml::from_str(&std::fs::read_to_string(path)?)?) };
    let mut workload = read().with_context(|| format!("failed to read {}", path.display()))?;
    workload.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(workload)
}

fn directory() -> PathBuf {
    signet_tests::checkout().join("bench").join("workloads")
}

fn names(workloads: &[Workload]) -> String {
    let with_goals = workloads.iter().map(|workload| {
        let goals: Vec<&str> = workload.goal.iter().map(|goal| goal.id.as_str()).collect();
        format!("{} ({})", workload.name, goals.join(", "))
    });
    with_goals.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_a_workload_and_every_goal_can_be_measured() {
        let workloads = all().unwrap();
        assert!(workloads.len() >= 10);
        for workload in &workloads {
            let cluster =
                matches!(workload.kind, Kind::FirstSync | Kind::Restart | Kind::LateArrival | Kind::Ready);
            for goal in &workload.goal {
                let needs_cluster = matches!(goal.metric, Metric::ServerCpu | Metric::Rss);
                assert!(cluster || !needs_cluster, "{}: {:?} is not measured", workload.name, goal.metric);
            }
            for size in [&workload.small, &workload.full] {
                assert!(size.pairs > 0 && size.peer_objects() <= size.objects, "{}", workload.name);
            }
        }
    }

    #[test]
    fn workloads_are_chosen_by_name_or_goal() {
        let load = |only: &[&str]| {
            let only = only.iter().map(|&name| name.to_owned()).collect();
            load(&RunArgs { only, ..RunArgs::default() })
        };
        let names = |workloads: Vec<Workload>| {
            workloads.into_iter().map(|workload| workload.name).collect::<Vec<_>>()
        };
        assert_eq!(names(load(&["R12"]).unwrap()), ["cli-seal-1000"]);
        assert_eq!(names(load(&["R5", "cli-start"]).unwrap()), ["cli-start", "unseal-restart"]);
        assert!(load(&["R99"]).is_err());
        assert!(names(load(&["template"]).unwrap()).iter().all(|name| name.starts_with("template-")));
        assert!(load(&[]).unwrap().iter().all(|workload| !workload.full_only));
    }
}
