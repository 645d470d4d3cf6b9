//! What the controller keeps in memory: little of each object, nothing of others' Secrets, and no plaintext.
//! M1 to M3 of the benchmark specification, as far as the size of a process tells.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use anyhow::{Context as _, Result, ensure};
use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::ByteString;
use signet_crds::bitnami::PATCH_ANNOTATION;
use signet_tests::{eventually, http};

use super::canary::CANARY;
use super::draft::{data, texts};
use super::ground::{Running, SOON, for_one_namespace, in_yard};
use super::keys;
use super::space::Space;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// Memory of a process that is its own: anonymous pages, in bytes.
fn anonymous(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).context("no RssAnon")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * KIB)
}

/// Unrelated Secrets of 100 KB each.
async fn noise(space: &Space, numbers: Range<usize>) -> Result<()> {
    let put = |n: usize| {
        let bytes = (0..100_000usize).map(|i| u8::try_from((i * 31 + n * 7) % 251).unwrap_or_default());
        let data = [("blob".to_owned(), ByteString(bytes.collect()))].into();
        async move { space.put_secret(&format!("unrelated-{n}"), data, |_| {}).await }
    };
    futures::stream::iter(numbers.map(put)).buffer_unordered(8).try_for_each(async |_| Ok(())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_large_foreign_secrets_nor_many_objects_fill_the_memory() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        // Some are listed, the others come while they are watched.
        noise(space, 0..50).await?;
        let controller = Running::new(for_one_namespace(cluster, &space.namespace)?.start().await?);
        let certificate = controller.certificate().await?;
        let pid = controller.process.pid();
        // A first round, so that threads and connections have what they need.
        for n in 0..20 {
            space.apply(&space.draft(&format!("warm-{n}")).value("foo", "bar").seal(&certificate)).await?;
        }
        space.all_synced().await?;
        let at_rest = anonymous(pid)?;

        noise(space, 50..200).await?;
        space.beat("beat", &certificate).await?;
        let after_noise = anonymous(pid)?;
        // 15 MB of them, or 20 in base64; a cache would hold all. Huge pages make the size of a process jump by some.
        assert!(after_noise < at_rest + 10 * MIB, "{at_rest} bytes before, {after_noise} after");

        // One after the other, since those that wait for their turn may be held.
        for n in 0..200 {
            let large = space.draft(&format!("object-{n}")).bytes("foo", vec![b'x'; 50_000]);
            space.apply(&large.seal(&certificate)).await?;
        }
        space.all_synced().await?;
        space.beat("beat-2", &certificate).await?;
        let after_objects = anonymous(pid)?;
        // 13 MB of ciphertext, and as much of the Secrets made of it.
        assert!(after_objects < after_noise + 12 * MIB, "{after_noise} bytes before, {after_objects} after");
        Ok(())
    })
    .await;
}

/// How often a text occurs in the writable memory of a process.
fn occurrences(pid: u32, text: &[u8]) -> Result<usize> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps"))?;
    let mut memory = File::open(format!("/proc/{pid}/mem"))?;
    let mut found = 0;
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let range = words.next().context("an empty line in maps")?;
        if !words.next().is_some_and(|rights| rights.starts_with("rw")) || line.ends_with("[vvar]") {
            continue;
        }
        let (from, to) = range.split_once('-').context("a line without a range in maps")?;
        let (from, to) = (u64::from_str_radix(from, 16)?, u64::from_str_radix(to, 16)?);
        memory.seek(SeekFrom::Start(from))?;
        let mut bytes = vec![0; usize::try_from(to - from)?];
        // The process goes on meanwhile: a range may be gone.
        if memory.read_exact(&mut bytes).is_ok() {
            found += bytes.windows(text.len()).filter(|window| window == &text).count();
        }
    }
    Ok(found)
}

/// M3. Plaintext passes through the process and must not stay in it.
#[tokio::test(flavor = "multi_thread")]
async fn no_plaintext_is_left_in_the_memory() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let controller = Running::new(for_one_namespace(cluster, &space.namespace)?.start().await?);
        let certificate = controller.certificate().await?;
        let pid = controller.process.pid();
        // What is there is found: the name of the namespace is in every request.
        ensure!(occurrences(pid, space.namespace.as_bytes())? > 0, "the memory cannot be searched");
        for n in 0..20 {
            let draft = space.draft(&format!("object-{n}")).value("foo", "bar").value("foo2", "bar2");
            space.apply(&draft.seal(&certificate)).await?;
        }
        space.all_synced().await?;
        // Once more by the ways that read a Secret: a merge, and a comparison.
        space
            .put_secret("patched", data(&[("other", "x")]), |secret| {
                let patch = [(PATCH_ANNOTATION, "true")];
                secret.metadata.annotations = Some(texts(&patch));
            })
            .await?;
        space.apply(&space.draft("patched").value("foo", "bar").seal(&certificate)).await?;
        space.synced("patched").await?;
        let sealed = serde_json::to_vec(&space.draft("asked").value("foo", "bar").seal(&certificate))?;
        let url = format!("http://{}/v1/rotate", controller.http);
        http::post(&url, "application/json", sealed).await?;
        eventually("the plaintext to be gone from the memory", SOON, async || {
            let found = occurrences(pid, CANARY.as_bytes())?;
            ensure!(found == 0, "it is there {found} times");
            Ok(Some(()))
        })
        .await
    })
    .await;
}
