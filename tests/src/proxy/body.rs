//! Bodies that count what passes and can be cut.

use futures::StreamExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::{Body as HttpBody, Bytes, Frame};
use tokio::sync::watch;

pub(super) type Error = Box<dyn std::error::Error + Send + Sync>;
pub(super) type Body = UnsyncBoxBody<Bytes, Error>;

pub(super) fn boxed(error: impl Into<Error>) -> Error {
    error.into()
}

/// Passes a body on, calls `count` with the size of each piece, and breaks off when `cut` changes.
pub(super) fn counted<B>(
    body: B,
    cut: Option<watch::Receiver<()>>,
    count: impl Fn(u64) + Send + 'static,
) -> Body
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<Error>,
{
    // Known sizes stay known: an empty body must not become a chunked one.
    if cut.is_none() && body.size_hint().exact() == Some(0) {
        return super::ready_body(Bytes::new());
    }
    let pieces = Box::pin(body.into_data_stream());
    let stream = futures::stream::unfold(Some((pieces, cut, count)), async |state| {
        let (mut pieces, mut cut, count) = state?;
        let piece = tokio::select! {
            piece = pieces.next() => piece?,
            () = is_cut(&mut cut) => return Some((Err(boxed("cut by the test")), None)),
        };
        let piece = piece.map_err(boxed).map(|bytes| {
            count(bytes.len() as u64);
            Frame::data(bytes)
        });
        Some((piece, Some((pieces, cut, count))))
    });
    StreamBody::new(stream).boxed_unsync()
}

async fn is_cut(cut: &mut Option<watch::Receiver<()>>) {
    match cut {
        // An error means that the proxy is gone, which ends everything.
        Some(receiver) => drop(receiver.changed().await),
        None => std::future::pending().await,
    }
}
