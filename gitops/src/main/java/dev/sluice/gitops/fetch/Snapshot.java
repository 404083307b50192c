package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.treewalk.TreeWalk;

/// One commit, complete and unchanging, read straight from the object database.
public final class Snapshot {
  private static final Pattern STRANGE = Pattern.compile("[\\p{Cntrl}\\p{Cf}]");
  private static final int LONGEST_NAME = 255;
  private static final String LFS = "version https://git-lfs.github.com/spec/";

  private final Repository mirror;
  private final Revision revision;
  private final RevCommit commit;

  Snapshot(Repository mirror, Revision revision, RevCommit commit) {
    this.mirror = mirror;
    this.revision = revision;
    this.commit = commit;
  }

  public Revision revision() {
    return revision;
  }

  /// First line of the commit's message, at most 120 characters; may be empty.
  public String subject() {
    String subject = Redaction.clean(commit.getShortMessage(), List.of());
    return subject.length() <= 120 ? subject : subject.substring(0, 119) + "…";
  }

  /// Who wrote the commit, a name without address; may be empty.
  public String author() {
    return Redaction.clean(commit.getAuthorIdent().getName(), List.of());
  }

  /// All manifests below a folder, ordered by path: files whose names end in `.yaml`, `.yml` or
  /// `.json`. Files and folders whose names start with a dot are left out, as shells do.
  ///
  /// @param path folder from the root of the repository; empty, `.` or `/` for the root itself
  /// @return empty when the folder holds no such file
  /// @throws SourceFailure.NeedsEdit when the folder is not there, or holds something that cannot
  ///   be read as a plain manifest; the message names it
  public List<SourceFile> files(String path, Limits limits) {
    String folder = normal(path);
    try (var reader = mirror.newObjectReader();
        var walk = new TreeWalk(reader)) {
      if (folder.isEmpty()) {
        walk.addTree(commit.getTree());
      } else {
        try (TreeWalk at = TreeWalk.forPath(reader, folder, commit.getTree())) {
          if (at == null) {
            throw edit("PathNotFound", "spec.path '" + folder + "' is not in " + revision.brief());
          }
          if (!FileMode.TREE.equals(at.getRawMode(0))) {
            throw edit("PathNotFound", "spec.path '" + folder + "' is not a folder");
          }
          walk.addTree(at.getObjectId(0));
        }
      }
      return new Reading(walk, folder, limits).files();
    } catch (IOException e) {
      throw new SourceFailure.Passing(
          "StorageFailed", "the Git mirror cannot be read at " + revision.brief());
    }
  }

  private static String normal(String path) {
    var parts = new ArrayList<String>();
    for (String part : path.split("/", -1)) {
      if (part.equals("..") || STRANGE.matcher(part).find() || part.contains("\\")) {
        throw edit("InvalidPath", "spec.path must be a folder of the repository, without '..'");
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  private static SourceFailure edit(String reason, String why) {
    return new SourceFailure.NeedsEdit(reason, why);
  }

  /// One walk over the tree, with what it has cost so far.
  private static final class Reading {
    private final TreeWalk walk;
    private final String folder;
    private final Limits limits;
    private final List<SourceFile> files = new ArrayList<>();
    private int entries;
    private long bytes;

    Reading(TreeWalk walk, String folder, Limits limits) {
      this.walk = walk;
      this.folder = folder;
      this.limits = limits;
    }

    List<SourceFile> files() throws IOException {
      while (walk.next()) {
        if (++entries > limits.entries()) {
          throw tooMuch("more than " + limits.entries() + " files and folders");
        }
        String name = walk.getNameString();
        if (STRANGE.matcher(name).find() || name.length() > LONGEST_NAME) {
          throw edit(
              "InvalidName",
              "a file or folder in '"
                  + parent()
                  + "' has a name with control characters or more"
                  + " than "
                  + LONGEST_NAME
                  + " characters; rename it");
        }
        if (!name.startsWith(".")) {
          look(name, path());
        }
      }
      return List.copyOf(files);
    }

    private void look(String name, String path) throws IOException {
      int mode = walk.getRawMode(0);
      if (FileMode.SYMLINK.equals(mode)) {
        throw edit(
            "SymbolicLink", path + " is a symbolic link, which is not followed; commit the file");
      } else if (FileMode.GITLINK.equals(mode)) {
        throw edit("Submodule", path + " is a submodule, which is not fetched; commit its files");
      } else if (FileMode.TREE.equals(mode)) {
        if (walk.getDepth() >= limits.depth()) {
          throw tooMuch("folders nested deeper than " + limits.depth());
        }
        walk.enterSubtree();
      } else {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals("kustomization.yaml")
            || lower.equals("kustomization.yml")
            || lower.equals("kustomization")) {
          throw edit(
              "KustomizeUnsupported",
              path
                  + " asks for Kustomize, which is not built in yet; point spec.path at a folder of"
                  + " plain manifests");
        }
        if (lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json")) {
          read(path);
        }
      }
    }

    private void read(String path) throws IOException {
      ObjectLoader loader = walk.getObjectReader().open(walk.getObjectId(0));
      if (loader.getSize() > limits.fileBytes()) {
        throw edit("TooLarge", path + " is larger than " + limits.fileBytes() + " bytes; split it");
      }
      bytes += loader.getSize();
      if (bytes > limits.totalBytes()) {
        throw tooMuch("more than " + limits.totalBytes() + " bytes of manifests");
      }
      if (files.size() >= limits.files()) {
        throw tooMuch("more than " + limits.files() + " manifests");
      }
      String text;
      try {
        text =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(loader.getBytes((int) limits.fileBytes())))
                .toString();
      } catch (CharacterCodingException e) {
        throw edit("NotText", path + " is not UTF-8 text");
      } catch (LargeObjectException e) {
        throw edit("TooLarge", path + " is too large to read");
      }
      if (text.startsWith(LFS)) {
        throw edit("LfsPointer", path + " is a Git LFS pointer; commit the file itself");
      }
      files.add(new SourceFile(path, text));
    }

    private String path() {
      return folder.isEmpty() ? walk.getPathString() : folder + "/" + walk.getPathString();
    }

    private String parent() {
      String path = path();
      int slash = path.lastIndexOf('/');
      return slash < 0 ? "/" : path.substring(0, slash);
    }

    private SourceFailure tooMuch(String what) {
      return edit("TooLarge", "'" + (folder.isEmpty() ? "/" : folder) + "' holds " + what);
    }
  }
}
