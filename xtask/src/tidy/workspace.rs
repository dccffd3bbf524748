//! The workspace's own packages and what they depend on, as cargo tells it.

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

use crate::shell::root;

/// One of our crates, with its dependencies on others of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    pub name: String,
    pub normal: Vec<String>,
    pub dev: Vec<String>,
    pub build: Vec<String>,
    /// Features that its dependencies on ours name.
    pub features: Vec<String>,
}

pub fn metadata() -> Result<Metadata> {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--locked".to_owned()])
        .exec()
        .context("could not read the workspace")
}

pub fn packages() -> Result<Vec<Package>> {
    let metadata = metadata()?;
    let mut packages = Vec::new();
    for found in metadata.workspace_packages() {
        let mut package = Package {
            name: found.name.to_string(),
            ..Package::default()
        };
        // A dependency with a path is one of ours; there are no others in the workspace.
        for dependency in found.dependencies.iter().filter(|it| it.path.is_some()) {
            let list = match dependency.kind {
                DependencyKind::Development => &mut package.dev,
                DependencyKind::Build => &mut package.build,
                _ => &mut package.normal,
            };
            list.push(dependency.name.clone());
            package.features.extend(dependency.features.iter().cloned());
        }
        packages.push(package);
    }
    Ok(packages)
}
