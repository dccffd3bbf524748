//! A hash over all rows of a store, the same for the same rows in every backend.

use crate::cell::Cell;
use crate::row::Shape;

/// FNV-1a, 64 bit: short, and the same on every run and machine, which a state hash must be.
#[derive(Clone, Debug)]
pub struct Digest(u64);

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

impl Default for Digest {
    fn default() -> Self {
        Self(OFFSET)
    }
}

impl Digest {
    pub fn table(&mut self, shape: &Shape) {
        self.bytes(shape.table.as_bytes());
    }

    pub fn cell(&mut self, cell: Cell<'_>) {
        match cell {
            Cell::Null => self.bytes(&[0]),
            Cell::Int(value) => {
                self.bytes(&[1]);
                self.bytes(&value.to_le_bytes());
            }
            Cell::Text(value) => {
                self.bytes(&[2]);
                self.length(value.len());
                self.bytes(value.as_bytes());
            }
            Cell::Blob(value) => {
                self.bytes(&[3]);
                self.length(value.len());
                self.bytes(value);
            }
        }
    }

    /// Without lengths, a column's end could pass for the next one's beginning.
    fn length(&mut self, length: usize) {
        self.bytes(&(length as u64).to_le_bytes());
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
    }

    pub fn value(&self) -> u64 {
        self.0
    }
}
