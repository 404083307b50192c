package dev.sluice.gitops.fetch;

/// How much one path of one commit may hold; what is beyond is refused by name, never cut off.
///
/// @param fileBytes size of one file
/// @param files number of files that are read
/// @param totalBytes size of all files that are read
/// @param entries number of entries looked at, whatever they are
/// @param depth folders below the path
public record Limits(long fileBytes, int files, long totalBytes, int entries, int depth) {
  /// Room for a large monorepo path, and a bound for the heap: 1 MiB a file is what the API
  /// server's store takes for one object.
  public static final Limits DEFAULT = new Limits(1 << 20, 5_000, 32L << 20, 100_000, 32);
}
