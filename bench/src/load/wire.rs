//! One connection: a request's bytes out, an answer's status and body in.

use std::net::Ipv4Addr;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Far above any answer of a contestant.
const MOST_BYTES: usize = 1 << 20;

pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, as long as the next request is not sent.
#[derive(Debug)]
pub struct Reply<'w> {
    pub status: u16,
    pub body: &'w [u8],
}

impl Wire {
    pub async fn connect(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(4_096),
        })
    }

    pub async fn exchange(&mut self, request: &[u8]) -> anyhow::Result<Reply<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.read().await?;
            if let Some(head) = head(&self.buffer)? {
                break head;
            }
        };
        let end = head.body + head.length;
        while self.buffer.len() < end {
            self.read().await?;
        }
        Ok(Reply {
            status: head.status,
            body: &self.buffer[head.body..end],
        })
    }

    async fn read(&mut self) -> anyhow::Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        ensure!(read > 0, "the connection ended within an answer");
        ensure!(self.buffer.len() <= MOST_BYTES, "an answer without end");
        Ok(())
    }
}

struct Head {
    status: u16,
    body: usize,
    length: usize,
}

/// The head of an answer once it is whole. Contestants say how long their answers are.
fn head(bytes: &[u8]) -> anyhow::Result<Option<Head>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..end]).context("a head in ASCII")?;
    let mut lines = text.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let status: u16 = status.and_then(|it| it.parse().ok()).context("a status")?;
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse())
    });
    let length = match length {
        Some(length) => length.context("a length in digits")?,
        None if status == 204 => 0,
        None => bail!("an answer that does not say its length: {text}"),
    };
    Ok(Some(Head {
        status,
        body: end + 4,
        length,
    }))
}

impl Reply<'_> {
    /// A member of the outermost object whose value is text without escapes.
    pub fn text(&self, name: &str) -> Option<&str> {
        let body = std::str::from_utf8(self.body).ok()?;
        let from = body.find(&format!("\"{name}\":\""))? + name.len() + 4;
        body[from..].split('"').next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_whole() {
        assert!(
            head(b"HTTP/1.1 201 Created\r\ncontent-le")
                .unwrap()
                .is_none()
        );
        let whole = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}";
        let head = head(whole).unwrap().unwrap();
        assert_eq!(
            (head.status, head.length, head.body),
            (201, 2, whole.len() - 2)
        );
    }

    #[test]
    fn a_text_is_found_in_an_answer() {
        let body = br#"{"orderId":"0D4V5C8JK3M0A","status":"PENDING"}"#;
        let reply = Reply { status: 202, body };
        assert_eq!(reply.text("orderId"), Some("0D4V5C8JK3M0A"));
        assert_eq!(reply.text("code"), None);
    }
}
