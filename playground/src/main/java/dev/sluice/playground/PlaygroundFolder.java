package dev.sluice.playground;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// The folder that one playground owns while it runs.
final class PlaygroundFolder implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private PlaygroundFolder(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /// Makes the folder if need be and takes it.
  ///
  /// @throws UserError when it cannot be written, or another playground has it
  static PlaygroundFolder take(Path given) throws UserError {
    var path = given.toAbsolutePath().normalize();
    try {
      if (Files.exists(path) && !Files.isDirectory(path)) {
        throw new UserError(path + " is not a folder; give another one with --dir");
      }
      Files.createDirectories(path.resolve("logs"));
      Files.createDirectories(path.resolve("git"));
      var channel =
          FileChannel.open(
              path.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock;
      try {
        lock = channel.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        channel.close();
        throw new UserError(
            "another playground runs in %s; stop it, or give this one a folder with --dir"
                .formatted(path));
      }
      return new PlaygroundFolder(path, channel, lock);
    } catch (IOException e) {
      throw new UserError(
          "cannot write to %s; give a folder that can be written with --dir".formatted(path));
    }
  }

  Path path() {
    return path;
  }

  Path kubeconfig() {
    return path.resolve("kubeconfig");
  }

  Path log(String name) {
    return path.resolve("logs").resolve(name);
  }

  /// Writes a file that only its owner may read.
  static void writePrivate(Path file, String content) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, content, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    lock.release();
    channel.close();
  }
}
