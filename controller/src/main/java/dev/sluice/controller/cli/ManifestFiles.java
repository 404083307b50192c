package dev.sluice.controller.cli;

import dev.sluice.controller.UserError;
import dev.sluice.gitops.fetch.SourceFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Files and folders of manifests that a command line names, within limits.
///
/// @param files in the order in which they were named, those of a folder by path
/// @param unread files of folders that are no text, each with why
record ManifestFiles(List<SourceFile> files, List<String> unread) {
  private static final int LARGEST = 16 << 20;
  private static final long LARGEST_SUM = 256L << 20;
  private static final int MOST = 10_000;
  private static final int DEEPEST = 32;

  ManifestFiles {
    files = List.copyOf(files);
    unread = List.copyOf(unread);
  }

  /// Folders are walked for YAML and JSON. Links in them are not followed: what they lead to is met
  /// where it is, or is not of the folder. Nor are hidden folders looked into.
  ///
  /// @param paths `-` for standard input
  /// @throws UserError naming what cannot be read of what was named, or which limit is passed
  static ManifestFiles read(List<Path> paths) throws IOException {
    var files = new ArrayList<SourceFile>();
    var unread = new ArrayList<String>();
    long sum = 0;
    for (Path path : paths) {
      boolean isFolder = Files.isDirectory(path);
      for (Path file : isFolder ? within(path, unread) : List.of(path)) {
        try {
          SourceFile read = new SourceFile(file.toString(), text(file));
          files.add(read);
          sum += read.text().length();
        } catch (UserError e) {
          if (!isFolder) {
            throw e;
          }
          unread.add(String.valueOf(e.getMessage()));
        }
        if (files.size() > MOST) {
          throw new UserError("there are more than %d files; name fewer".formatted(MOST));
        }
        if (sum > LARGEST_SUM) {
          throw new UserError(
              "the files are larger than %d MiB together; name fewer".formatted(LARGEST_SUM >> 20));
        }
      }
    }
    return new ManifestFiles(files, unread);
  }

  /// The text of one file.
  ///
  /// @param file `-` for standard input
  /// @throws UserError when it is not there, is too large, is no text or cannot be read
  static String text(Path file) throws IOException {
    if (file.toString().equals("-")) {
      return text(file, System.in);
    }
    try (InputStream in = Files.newInputStream(file)) {
      return text(file, in);
    } catch (NoSuchFileException e) {
      throw new UserError("there is no file " + file);
    } catch (CharacterCodingException e) {
      throw new UserError(file + " is no text in UTF-8");
    } catch (IOException e) {
      throw new UserError("%s cannot be read: %s".formatted(file, e.getMessage()));
    }
  }

  private static String text(Path file, InputStream in) throws IOException {
    byte[] all = in.readNBytes(LARGEST + 1);
    if (all.length > LARGEST) {
      throw new UserError("%s is larger than %d MiB".formatted(file, LARGEST >> 20));
    }
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(all)).toString();
  }

  private static List<Path> within(Path folder, List<String> unread) throws IOException {
    var found = new ArrayList<Path>();
    Files.walkFileTree(
        // A folder that is named may be a link itself.
        folder.toRealPath(),
        new SimpleFileVisitor<>() {
          private int depth;

          @Override
          public FileVisitResult preVisitDirectory(Path at, BasicFileAttributes attributes) {
            if (depth > 0 && at.getFileName().toString().startsWith(".")) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            if (depth == DEEPEST) {
              throw new UserError("%s is deeper than %d folders".formatted(at, DEEPEST));
            }
            depth++;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path at, IOException failure) {
            depth--;
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
            if (attributes.isRegularFile() && name.matches("(?s).*\\.(yaml|yml|json)")) {
              if (found.size() == MOST) {
                throw new UserError(
                    "%s has more than %d files; name fewer".formatted(folder, MOST));
              }
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            unread.add("%s cannot be read".formatted(file));
            return FileVisitResult.CONTINUE;
          }
        });
    Path real = folder.toRealPath();
    return found.stream().sorted().map(file -> folder.resolve(real.relativize(file))).toList();
  }
}
