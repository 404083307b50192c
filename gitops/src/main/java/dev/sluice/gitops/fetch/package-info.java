/// Brings commits from a Git server into bare mirrors and reads files out of them. Must not know
/// what the files mean, nor Kubernetes.
@NullMarked
package dev.sluice.gitops.fetch;

import org.jspecify.annotations.NullMarked;
