"""Rust's crates: which ones a source asks for by its `Cargo.lock`, from the registry that cargo itself would ask, by their checksums."""
