package dev.sluice.playground.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a [Storage] in a file, so that it survives the end of the process at any moment, `kill -9`
/// included. Each write is in the file before it is in memory. The disk is told to keep it within a
/// second: only a power failure can take that much.
///
/// The file is an append-only log. Where it has become much longer than what it keeps, a shorter
/// one is written beside it while it goes on, and then takes its place.
public final class ObjectLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ObjectLog.class);
  private static final String FILE = "objects.log";
  private static final String NEXT = "objects.log.next";
  private static final long SYNC_MILLIS = 1000;

  /// A log this short is not worth a shorter one.
  private static final long SHORT_BYTES = 32 << 20;

  private final Path folder;
  private final FileChannel lock;
  private final long shortBytes;
  private final Storage storage;
  private final CountDownLatch closing = new CountDownLatch(1);
  private RandomAccessFile file;
  private long end;
  private long compactAt;
  private boolean unsynced;
  private boolean closed;
  private Optional<String> broken = Optional.empty();
  private @Nullable Snapshot wanted;

  /// What a compaction keeps.
  ///
  /// @param after where the log goes on with what this does not know
  private record Snapshot(Map<Key, ObjectNode> objects, long version, long after) {}

  /// How far a compaction is.
  enum Step {
    KEPT_WRITTEN,
    REST_COPIED,
    RENAMED
  }

  /// Opens the log in a folder, or begins one.
  ///
  /// @param folder made when it is not there; only its owner may look into it, as there are Secrets
  /// @param firstVersion of a new log's storage
  /// @param kept as [Storage] keeps changes
  /// @param says is told of an unfinished record that was dropped
  /// @throws UnreadableLog when the file is not a whole log, or another process has the folder
  /// @throws IOException when the folder cannot be used
  public static ObjectLog open(Path folder, long firstVersion, int kept, Consumer<String> says)
      throws IOException {
    var log = open(folder, firstVersion, kept, says, SHORT_BYTES);
    Thread.ofPlatform().daemon().name("object-log").start(log::keep);
    return log;
  }

  /// One that never compacts by itself.
  ///
  /// @param shortBytes up to which length a log stays as it is

  static ObjectLog open(
      Path folder, long firstVersion, int kept, Consumer<String> says, long shortBytes)
      throws IOException {
    Files.createDirectories(folder);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    var lock = lock(folder);
    try {
      return new ObjectLog(folder, lock, new Storage(firstVersion, kept), says, shortBytes);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static FileChannel lock(Path folder) throws IOException {
    var channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Somebody else in this process, which is as bad.
    }
    channel.close();
    throw new UnreadableLog(folder + " is in use by another process");
  }

  private ObjectLog(
      Path folder, FileChannel lock, Storage storage, Consumer<String> says, long shortBytes)
      throws IOException {
    this.folder = folder;
    this.lock = lock;
    this.storage = storage;
    this.shortBytes = shortBytes;
    Files.deleteIfExists(folder.resolve(NEXT));
    if (!Files.exists(path())) {
      writeNext(new Snapshot(Map.of(), storage.version(), 0));
      rename();
      syncFolder();
    }
    end = replay(says);
    file = new RandomAccessFile(path().toFile(), "rw");
    file.setLength(end);
    file.seek(end);
    compactAt = Math.max(shortBytes, end);
    storage.writeTo(this::write);
  }

  private Path path() {
    return folder.resolve(FILE);
  }

  /// The objects; what is written to them is in the log.
  public Storage storage() {
    return storage;
  }

  private long replay(Consumer<String> says) throws IOException {
    long size = Files.size(path());
    long at = 0;
    try (var in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(path()), 1 << 16))) {
      var header = in.readNBytes(LogFormat.header().length);
      LogFormat.checkHeader(header);
      at = header.length;
      boolean kept = false;
      while (LogFormat.read(in, size - at) instanceof LogFormat.Step.Next(var entry, long bytes)) {
        boolean later = entry instanceof Entry.Put || entry instanceof Entry.Removed;
        if (later != kept) {
          throw new UnreadableLog("has a record out of its place");
        }
        storage.restore(entry);
        kept |= entry instanceof Entry.Reached;
        at += bytes;
      }
      if (!kept) {
        // It took its place when it was whole, so this is nobody's unfinished write.
        throw new UnreadableLog("is cut off in what it kept");
      }
    } catch (UnreadableLog e) {
      throw new UnreadableLog("%s %s, at byte %d".formatted(path(), e.getMessage(), at));
    }
    if (at < size) {
      says.accept(
          "the last write to %s was not finished: its %d bytes are dropped"
              .formatted(path(), size - at));
    }
    return at;
  }

  private synchronized void write(Entry entry) {
    if (broken.isPresent() || closed) {
      throw new NotWritten(broken.orElse(path() + " is closed"));
    }
    if (end > compactAt && wanted == null) {
      wanted = new Snapshot(storage.everything(), storage.version(), end);
    }
    var record = LogFormat.record(entry);
    try {
      file.write(record);
    } catch (IOException e) {
      takeBack();
      throw new NotWritten("cannot write to %s: %s".formatted(path(), e.getMessage()));
    }
    end += record.length;
    unsynced = true;
    notifyAll();
  }

  /// Half a record in the file would make everything after it unreadable.
  private void takeBack() {
    try {
      file.setLength(end);
      file.seek(end);
    } catch (IOException e) {
      broken = Optional.of("cannot write to %s any more: %s".formatted(path(), e.getMessage()));
    }
  }

  private void keep() {
    try {
      while (await()) {
        compact(_ -> {});
        sync();
        // The writes until then share the next one.
        if (closing.await(SYNC_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private synchronized boolean await() throws InterruptedException {
    while (!closed && !unsynced && wanted == null) {
      wait();
    }
    return !closed;
  }

  private void sync() {
    RandomAccessFile to;
    synchronized (this) {
      if (!unsynced || closed) {
        return;
      }
      unsynced = false;
      to = file;
    }
    try {
      to.getFD().sync();
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", path()).setCause(e).log("the disk may not have kept it");
    }
  }

  /// Puts a shorter log in the place of this one, if that is due.
  ///
  /// @param reached is told each step once it is done
  void compact(Consumer<Step> reached) {
    Snapshot snapshot;
    synchronized (this) {
      snapshot = wanted;
    }
    if (snapshot == null) {
      return;
    }
    try {
      long written = writeNext(snapshot);
      reached.accept(Step.KEPT_WRITTEN);
      takeOver(snapshot, written, reached);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", path()).setCause(e).log("the log could not be compacted");
      synchronized (this) {
        compactAt = 2 * end;
      }
    } finally {
      synchronized (this) {
        wanted = null;
      }
    }
  }

  /// @return how long the file is
  private long writeNext(Snapshot snapshot) throws IOException {
    var next = folder.resolve(NEXT);
    try (var channel =
            FileChannel.open(
                next,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE);
        var out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
      out.write(LogFormat.header());
      for (var kept : snapshot.objects().entrySet()) {
        out.write(LogFormat.record(new Entry.Kept(kept.getKey(), kept.getValue())));
      }
      out.write(LogFormat.record(new Entry.Reached(snapshot.version())));
      out.flush();
      channel.force(false);
      return channel.size();
    }
  }

  private synchronized void takeOver(Snapshot snapshot, long written, Consumer<Step> reached)
      throws IOException {
    if (closed) {
      return;
    }
    var next = new RandomAccessFile(folder.resolve(NEXT).toFile(), "rw");
    try {
      next.seek(written);
      file.seek(snapshot.after());
      try {
        copy(file, next, end - snapshot.after());
      } finally {
        file.seek(end);
      }
      next.getFD().sync();
      reached.accept(Step.REST_COPIED);
      rename();
    } catch (IOException e) {
      next.close();
      throw e;
    }
    file.close();
    file = next;
    end = written + end - snapshot.after();
    compactAt = Math.max(shortBytes, 2 * written);
    syncFolder();
    reached.accept(Step.RENAMED);
  }

  private void rename() throws IOException {
    Files.move(
        folder.resolve(NEXT),
        path(),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /// Without this a power failure could bring the old name back.
  private void syncFolder() {
    try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
      directory.force(true);
    } catch (IOException e) {
      LOG.atDebug().addKeyValue("folder", folder).setCause(e).log("a folder cannot be synced here");
    }
  }

  private static void copy(RandomAccessFile from, RandomAccessFile to, long bytes)
      throws IOException {
    var buffer = new byte[1 << 16];
    for (long left = bytes; left > 0; ) {
      int some = (int) Math.min(left, buffer.length);
      from.readFully(buffer, 0, some);
      to.write(buffer, 0, some);
      left -= some;
    }
  }

  /// Tells the disk to keep everything and lets the folder go. Writes are refused from then on.
  @Override
  public void close() throws IOException {
    closing.countDown();
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      notifyAll();
      try (var last = file;
          lock) {
        if (unsynced) {
          last.getFD().sync();
        }
      }
    }
  }
}
