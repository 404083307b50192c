package dev.sluice.playground.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/// How entries lie in a file: one line that says what the file is, then records of a length, a
/// checksum of the length, the entry, and a checksum of the entry. The length has a checksum of its
/// own so that a wrong one is not taken for a record that was cut off.
final class LogFormat {

  private static final String MAGIC = "sluice-objects ";
  private static final byte[] HEADER = (MAGIC + "1\n").getBytes(StandardCharsets.US_ASCII);

  private static final int BEFORE = 8;
  private static final int AFTER = 4;

  /// No object is that large; a longer record is none of ours.
  private static final int MOST_BYTES = 64 << 20;

  private static final byte KEPT = 1;
  private static final byte REACHED = 2;
  private static final byte PUT = 3;
  private static final byte REMOVED = 4;
  private static final byte REMOVED_CHANGED = 5;

  private static final ObjectMapper JSON = new ObjectMapper();

  private LogFormat() {}

  static byte[] header() {
    return HEADER.clone();
  }

  /// @throws UnreadableLog when this is not the beginning of a log that can be read here
  static void checkHeader(byte[] beginning) throws UnreadableLog {
    if (Arrays.equals(beginning, HEADER)) {
      return;
    }
    var text = new String(beginning, StandardCharsets.ISO_8859_1);
    if (text.length() == HEADER.length && text.startsWith(MAGIC) && text.matches("(?s).*\\d.")) {
      throw new UnreadableLog(
          "was written by another version of Sluice (format %s, this one reads format 1)"
              .formatted(text.substring(MAGIC.length()).strip()));
    }
    throw new UnreadableLog("is not a log of objects");
  }

  static byte[] record(Entry entry) {
    var content = content(entry);
    var bytes = new ByteArrayOutputStream(BEFORE + content.length + AFTER);
    try (var out = new DataOutputStream(bytes)) {
      out.writeInt(content.length);
      out.writeInt(checksumOfLength(content.length));
      out.write(content);
      out.writeInt(checksum(content));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /// What comes next in a file.
  sealed interface Step {
    /// @param bytes how long the record is
    record Next(Entry entry, long bytes) implements Step {}

    /// Nothing.
    record End() implements Step {}

    /// A record that was not written to its end.
    record CutOff() implements Step {}
  }

  /// Reads one record.
  ///
  /// @param left how many bytes the file has from here, 0 or more
  /// @throws UnreadableLog when what is there was not written so
  /// @throws IOException when it cannot be read
  static Step read(DataInputStream in, long left) throws IOException {
    if (left == 0) {
      return new Step.End();
    }
    if (left < BEFORE) {
      return new Step.CutOff();
    }
    int length = in.readInt();
    int check = in.readInt();
    if (length == 0 && check == 0 && onlyZeros(in)) {
      // A file system that lost power may have made room and never filled it.
      return new Step.CutOff();
    }
    if (check != checksumOfLength(length) || length <= 0 || length > MOST_BYTES) {
      throw new UnreadableLog("has a record with a wrong length");
    }
    if (left < BEFORE + (long) length + AFTER) {
      return new Step.CutOff();
    }
    var content = in.readNBytes(length);
    if (in.readInt() != checksum(content)) {
      throw new UnreadableLog("has a record with a wrong checksum");
    }
    return new Step.Next(entry(content), BEFORE + (long) length + AFTER);
  }

  private static boolean onlyZeros(DataInputStream in) throws IOException {
    for (var bytes = in.readNBytes(8192); bytes.length > 0; bytes = in.readNBytes(8192)) {
      for (byte each : bytes) {
        if (each != 0) {
          return false;
        }
      }
    }
    return true;
  }

  private static byte[] content(Entry entry) {
    var bytes = new ByteArrayOutputStream(4096);
    try (var out = new DataOutputStream(bytes)) {
      switch (entry) {
        case Entry.Kept(Key key, ObjectNode object) -> {
          out.writeByte(KEPT);
          write(out, key);
          out.write(JSON.writeValueAsBytes(object));
        }
        case Entry.Reached(long version) -> {
          out.writeByte(REACHED);
          out.writeLong(version);
        }
        case Entry.Put(long version, Key key, ObjectNode object) -> {
          out.writeByte(PUT);
          out.writeLong(version);
          write(out, key);
          out.write(JSON.writeValueAsBytes(object));
        }
        case Entry.Removed(long version, Key key, Optional<ObjectNode> last) -> {
          out.writeByte(last.isPresent() ? REMOVED_CHANGED : REMOVED);
          out.writeLong(version);
          write(out, key);
          if (last.isPresent()) {
            out.write(JSON.writeValueAsBytes(last.get()));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static Entry entry(byte[] content) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(content));
    byte kind = in.readByte();
    return switch (kind) {
      case KEPT -> new Entry.Kept(key(in), object(in));
      case REACHED -> new Entry.Reached(in.readLong());
      case PUT -> new Entry.Put(in.readLong(), key(in), object(in));
      case REMOVED -> new Entry.Removed(in.readLong(), key(in), Optional.empty());
      case REMOVED_CHANGED -> new Entry.Removed(in.readLong(), key(in), Optional.of(object(in)));
      default -> throw new UnreadableLog("has a record of a kind that is not known here, " + kind);
    };
  }

  private static void write(DataOutputStream out, Key key) throws IOException {
    out.writeUTF(key.resource());
    out.writeUTF(key.namespace());
    out.writeUTF(key.name());
  }

  private static Key key(DataInputStream in) throws IOException {
    return new Key(in.readUTF(), in.readUTF(), in.readUTF());
  }

  private static ObjectNode object(DataInputStream in) throws IOException {
    if (JSON.readTree(in.readAllBytes()) instanceof ObjectNode object) {
      return object;
    }
    throw new UnreadableLog("has a record without its object");
  }

  private static int checksumOfLength(int length) {
    return checksum(
        new byte[] {
          (byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length
        });
  }

  private static int checksum(byte[] bytes) {
    var sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }
}
