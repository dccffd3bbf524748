//! A channel for one answer, as tokio's.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::point;

#[derive(Debug)]
pub struct Sender<T>(Option<tokio::sync::oneshot::Sender<T>>);

#[derive(Debug)]
pub struct Receiver<T>(tokio::sync::oneshot::Receiver<T>);

pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    (Sender(Some(sender)), Receiver(receiver))
}

impl<T> Sender<T> {
    /// # Errors
    /// Gives the answer back when nobody waits for it any more.
    pub fn send(mut self, answer: T) -> Result<(), T> {
        point();
        let sender = self.0.take().expect("it is taken here alone");
        sender.send(answer)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if self.0.is_some() {
            point();
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, tokio::sync::oneshot::error::RecvError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        point();
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        point();
    }
}
