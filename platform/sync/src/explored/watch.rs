//! A value that many look at, as tokio's.

use super::point;

#[derive(Debug)]
pub struct Sender<T>(tokio::sync::watch::Sender<T>);

#[derive(Debug)]
pub struct Receiver<T>(tokio::sync::watch::Receiver<T>);

pub fn channel<T>(first: T) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = tokio::sync::watch::channel(first);
    (Sender(sender), Receiver(receiver))
}

impl<T> Sender<T> {
    pub fn send_replace(&self, value: T) -> T {
        point();
        self.0.send_replace(value)
    }

    pub fn subscribe(&self) -> Receiver<T> {
        point();
        Receiver(self.0.subscribe())
    }
}

impl<T> Receiver<T> {
    /// # Errors
    /// When the sender is gone.
    pub async fn changed(&mut self) -> Result<(), tokio::sync::watch::error::RecvError> {
        point();
        self.0.changed().await
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        point();
    }
}
