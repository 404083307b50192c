package dev.sluice.gitops.fetch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TagBuilder;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;

/// A repository as a team would have it on its server. Every commit holds exactly the files given.
final class BareRepository implements AutoCloseable {
  static final PersonIdent AUTHOR = new PersonIdent("Ada", "ada@example.com");

  private final Repository repository;

  BareRepository(Path folder) throws IOException {
    repository = new FileRepositoryBuilder().setBare().setGitDir(folder.toFile()).build();
    repository.create(true);
  }

  Repository repository() {
    return repository;
  }

  /// Commits on top of a branch and returns the commit's SHA-1.
  String commit(String branch, Map<String, String> files) throws IOException {
    return commit(branch, files, Map.of());
  }

  /// @param others entries that are no plain files, by path
  String commit(String branch, Map<String, String> files, Map<String, FileMode> others)
      throws IOException {
    ObjectId parent = repository.resolve("refs/heads/" + branch);
    return commit(branch, files, others, parent);
  }

  /// Commits without a parent: what a force push of another history leaves.
  String rewrite(String branch, Map<String, String> files) throws IOException {
    return commit(branch, files, Map.of(), null);
  }

  private String commit(
      String branch,
      Map<String, String> files,
      Map<String, FileMode> others,
      @Nullable ObjectId parent)
      throws IOException {
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      DirCache index = DirCache.newInCore();
      DirCacheBuilder builder = index.builder();
      for (var file : new TreeMap<>(files).entrySet()) {
        var entry = new DirCacheEntry(file.getKey());
        FileMode mode = others.getOrDefault(file.getKey(), FileMode.REGULAR_FILE);
        entry.setFileMode(mode);
        entry.setObjectId(
            FileMode.GITLINK.equals(mode)
                ? ObjectId.fromString(file.getValue())
                : inserter.insert(
                    Constants.OBJ_BLOB, file.getValue().getBytes(StandardCharsets.UTF_8)));
        builder.add(entry);
      }
      builder.finish();
      var commit = new CommitBuilder();
      commit.setTreeId(index.writeTree(inserter));
      commit.setAuthor(AUTHOR);
      commit.setCommitter(AUTHOR);
      commit.setMessage("Change " + files.keySet() + "\n\nwith more words");
      if (parent != null) {
        commit.setParentId(parent);
      }
      ObjectId id = inserter.insert(commit);
      inserter.flush();
      point("refs/heads/" + branch, id);
      return id.name();
    }
  }

  void tag(String name, String sha) throws IOException {
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      var tag = new TagBuilder();
      tag.setTag(name);
      tag.setTagger(AUTHOR);
      tag.setMessage("A release");
      tag.setObjectId(ObjectId.fromString(sha), Constants.OBJ_COMMIT);
      ObjectId id = inserter.insert(tag);
      inserter.flush();
      point("refs/tags/" + name, id);
    }
  }

  void deleteBranch(String name) throws IOException {
    RefUpdate update = repository.updateRef("refs/heads/" + name);
    update.setForceUpdate(true);
    update.delete();
  }

  private void point(String ref, ObjectId id) throws IOException {
    RefUpdate update = repository.updateRef(ref);
    update.setNewObjectId(id);
    update.setForceUpdate(true);
    update.update();
  }

  @Override
  public void close() {
    repository.close();
  }
}
