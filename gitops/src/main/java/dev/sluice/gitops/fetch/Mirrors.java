package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The bare mirrors of all repositories in use, one folder for each address. Thread-safe; readers
/// never wait for a fetch.
///
/// A mirror is shared by everybody who names the same address, so every fetch asks the server with
/// the caller's own credentials first: having the commits does not mean being allowed to see them.
public final class Mirrors implements AutoCloseable {
  private final Path folder;
  private final Path noHome;
  private final Map<String, Mirror> mirrors = new ConcurrentHashMap<>();

  /// @param folder where mirrors are kept; made when missing. What it holds is only a cache.
  /// @throws SourceFailure.Passing when the folder cannot be used
  public Mirrors(Path folder) {
    Isolation.install();
    this.folder = folder;
    this.noHome = folder.resolve("no-home");
    try {
      Files.createDirectories(noHome);
    } catch (IOException e) {
      throw new SourceFailure.Passing(
          "StorageFailed", "the folder for Git mirrors, " + folder + ", cannot be made");
    }
  }

  /// Asks the server where the reference points and fetches what is missing; returns within the
  /// source's timeout.
  ///
  /// @throws SourceFailure when there is no such commit or no answer
  public Snapshot fetch(Source source) {
    return mirrors.computeIfAbsent(source.url().uri().toString(), this::mirror).fetch(source);
  }

  @Override
  public void close() {
    mirrors.values().forEach(Mirror::close);
    mirrors.clear();
  }

  private Mirror mirror(String url) {
    return new Mirror(folder.resolve(folderName(url)), noHome);
  }

  private static String folderName(String url) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(url.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16) + ".git";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
