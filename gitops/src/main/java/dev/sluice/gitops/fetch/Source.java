package dev.sluice.gitops.fetch;

import java.time.Duration;

/// Everything needed to fetch one commit.
///
/// @param timeout bounds a whole fetch, from name lookup to the last byte; more than zero
public record Source(GitUrl url, GitRef ref, Credentials credentials, Duration timeout) {
  public Source {
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("a timeout is more than zero");
    }
  }
}
