package dev.sluice.playground.git;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
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
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/// A bare repository with one branch that matters, `main`. It can be committed to here, and pushed
/// to by anybody who can reach its server.
public final class DeliveryRepository implements AutoCloseable {
  public static final String BRANCH = "main";
  private static final String REF = Constants.R_HEADS + BRANCH;

  private final Repository repository;

  private DeliveryRepository(Repository repository) {
    this.repository = repository;
  }

  /// Opens the repository, or makes it when there is none.
  ///
  /// @throws IOException when it cannot be read or made
  public static DeliveryRepository open(Path folder) throws IOException {
    try {
      if (Files.isDirectory(folder.resolve("objects"))) {
        return new DeliveryRepository(Git.open(folder.toFile()).getRepository());
      }
      Files.createDirectories(folder);
      var git =
          Git.init().setBare(true).setInitialBranch(BRANCH).setDirectory(folder.toFile()).call();
      return new DeliveryRepository(git.getRepository());
    } catch (GitAPIException e) {
      throw new IOException("cannot make a Git repository in " + folder, e);
    }
  }

  Repository repository() {
    return repository;
  }

  /// Puts files into a new commit on `main`; other files stay as they are.
  ///
  /// @param files content by path
  /// @return the id of the commit, or of the present one when nothing changes
  /// @throws IOException also when somebody else pushed at the same moment
  public String commit(Map<String, String> files, String message, Instant now) throws IOException {
    try (var inserter = repository.newObjectInserter();
        var walk = new RevWalk(repository)) {
      var head = Optional.ofNullable(repository.resolve(REF));
      ObjectId tree = tree(inserter, files, head);
      if (head.isPresent() && walk.parseCommit(head.get()).getTree().equals(tree)) {
        return head.get().name();
      }
      var author =
          new PersonIdent("Sluice playground", "playground@sluice.dev", now, ZoneOffset.UTC);
      var commit = new CommitBuilder();
      commit.setTreeId(tree);
      commit.setAuthor(author);
      commit.setCommitter(author);
      commit.setMessage(message);
      head.ifPresent(commit::setParentId);
      var id = inserter.insert(commit);
      inserter.flush();
      RefUpdate update = repository.updateRef(REF);
      update.setExpectedOldObjectId(head.orElse(ObjectId.zeroId()));
      update.setNewObjectId(id);
      update.setRefLogMessage("commit: " + message, false);
      var result = update.update();
      if (result != RefUpdate.Result.NEW && result != RefUpdate.Result.FAST_FORWARD) {
        throw new IOException("the branch " + BRANCH + " could not be moved: " + result);
      }
      return id.name();
    }
  }

  private ObjectId tree(ObjectInserter inserter, Map<String, String> files, Optional<ObjectId> head)
      throws IOException {
    DirCache index = DirCache.newInCore();
    DirCacheBuilder builder = index.builder();
    if (head.isPresent()) {
      try (var walk = new RevWalk(repository);
          var old = new TreeWalk(repository)) {
        old.addTree(walk.parseCommit(head.get()).getTree());
        old.setRecursive(true);
        while (old.next()) {
          if (!files.containsKey(old.getPathString())) {
            var kept = new DirCacheEntry(old.getPathString());
            kept.setFileMode(old.getFileMode(0));
            kept.setObjectId(old.getObjectId(0));
            builder.add(kept);
          }
        }
      }
    }
    for (var file : files.entrySet()) {
      var entry = new DirCacheEntry(file.getKey());
      entry.setFileMode(FileMode.REGULAR_FILE);
      entry.setObjectId(
          inserter.insert(Constants.OBJ_BLOB, file.getValue().getBytes(StandardCharsets.UTF_8)));
      builder.add(entry);
    }
    builder.finish();
    return index.writeTree(inserter);
  }

  /// The content of a file on `main`; empty when there is none.
  public Optional<String> read(String path) throws IOException {
    var head = repository.resolve(REF);
    if (head == null) {
      return Optional.empty();
    }
    try (var walk = new RevWalk(repository);
        var file = TreeWalk.forPath(repository, path, walk.parseCommit(head).getTree())) {
      if (file == null) {
        return Optional.empty();
      }
      var bytes = repository.open(file.getObjectId(0)).getBytes();
      return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() {
    repository.close();
  }
}
