package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.RepositoryCache;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.RefSpec;
import org.jspecify.annotations.Nullable;

/// One bare repository that follows one address. There is no work tree: nothing of a repository is
/// ever laid out on disk, so no link, permission or name in it can do harm there.
final class Mirror implements AutoCloseable {
  private static final RefSpec HEADS = new RefSpec("+refs/heads/*:refs/mirror/heads/*");
  private static final RefSpec TAGS = new RefSpec("+refs/tags/*:refs/mirror/tags/*");

  /// Every fetch that brings something adds a pack; so many are joined into one.
  private static final int PACKS = 50;

  private final Path folder;
  private final Path noHome;
  private final ReentrantLock writing = new ReentrantLock();

  /// Opened once and kept: opening for each use leaks file handles over a long time.
  private volatile @Nullable Repository repository;

  private int fetchesSinceGc;

  Mirror(Path folder, Path noHome) {
    this.folder = folder;
    this.noHome = noHome;
  }

  Snapshot fetch(Source source) {
    Instant end = Instant.now().plus(source.timeout());
    try {
      return Deadline.within(source.timeout(), "asking " + source.url(), () -> locked(source, end));
    } catch (SourceFailure e) {
      throw e;
    } catch (Exception e) {
      throw Explanation.of(e, source);
    }
  }

  private Snapshot locked(Source source, Instant end) throws Exception {
    long patience = Math.max(0, Duration.between(Instant.now(), end).toMillis());
    if (!writing.tryLock(patience, TimeUnit.MILLISECONDS)) {
      throw new SourceFailure.Passing(
          "FetchFailed", "another fetch of " + source.url() + " did not finish in time");
    }
    try (var connection = Connection.open(open(), source, noHome)) {
      return ask(source, connection, end);
    } finally {
      writing.unlock();
    }
  }

  private Snapshot ask(Source source, Connection connection, Instant end) throws Exception {
    Map<String, Ref> refs;
    try (FetchConnection asked = connection.transport().openFetch()) {
      refs = asked.getRefsMap();
    }
    if (refs.isEmpty()) {
      throw new SourceFailure.NeedsEdit(
          "EmptyRepository", source.url() + " holds no commit yet; push one");
    }
    return switch (source.ref()) {
      case GitRef.Branch(String name) ->
          named(source, connection, end, refs, "branch", name, "refs/heads/" + name);
      case GitRef.Tag(String name) ->
          named(source, connection, end, refs, "tag", name, "refs/tags/" + name);
      case GitRef.Commit(String sha) -> exactly(source, connection, end, sha);
    };
  }

  private Snapshot named(
      Source source,
      Connection connection,
      Instant end,
      Map<String, Ref> refs,
      String what,
      String name,
      String fullName)
      throws Exception {
    Ref ref = refs.get(fullName);
    if (ref == null || ref.getObjectId() == null) {
      throw new SourceFailure.NeedsEdit(
          "RefNotFound",
          source.url() + " has no " + what + " '" + name + "'; push it or change spec.ref." + what);
    }
    ObjectId wanted = ref.getObjectId();
    Optional<RevCommit> commit = commit(wanted);
    if (commit.isEmpty()) {
      String mirrored = fullName.replace("refs/", "refs/mirror/");
      fetch(connection, end, List.of(new RefSpec("+" + fullName + ":" + mirrored)));
      // The reference may have moved between the two questions; what was fetched counts.
      Ref fetched = open().exactRef(mirrored);
      commit = fetched == null ? commit(wanted) : commit(fetched.getObjectId());
    }
    return commit
        .map(found -> new Snapshot(open(), new Revision(name, found.name()), found))
        .orElseThrow(() ->
            new SourceFailure.NeedsEdit(
                "RefNotFound",
                "the " + what + " '" + name + "' of " + source.url() + " names no commit"));
  }

  private Snapshot exactly(Source source, Connection connection, Instant end, String sha)
      throws Exception {
    ObjectId wanted = ObjectId.fromString(sha);
    if (commit(wanted).isEmpty()) {
      fetch(connection, end, List.of(HEADS, TAGS));
    }
    return commit(wanted)
        .map(found -> new Snapshot(open(), new Revision("", found.name()), found))
        .orElseThrow(() ->
            new SourceFailure.NeedsEdit(
                "RefNotFound",
                "no branch or tag of " + source.url() + " contains the commit " + sha));
  }

  private void fetch(Connection connection, Instant end, List<RefSpec> what) throws Exception {
    connection.transport().fetch(new UntilDeadline(end), what);
    if (++fetchesSinceGc >= PACKS) {
      fetchesSinceGc = 0;
      try (var git = Git.wrap(open())) {
        git.gc().call();
      } catch (GitAPIException e) {
        throw new IOException("joining packs failed", e);
      }
    }
  }

  /// The commit itself, or the one an annotated tag names; empty when it is not here.
  private Optional<RevCommit> commit(ObjectId id) throws IOException {
    try (var walk = new RevWalk(open())) {
      RevCommit commit = walk.parseCommit(id);
      walk.parseBody(commit);
      // The tip of a fetch that was cut off may be here without its tree.
      walk.parseTree(commit.getTree());
      return Optional.of(commit);
    } catch (MissingObjectException | IncorrectObjectTypeException e) {
      return Optional.empty();
    }
  }

  private Repository open() {
    Repository present = repository;
    if (present != null) {
      return present;
    }
    try {
      Repository opened = new FileRepositoryBuilder().setBare().setGitDir(folder.toFile()).build();
      if (!RepositoryCache.FileKey.isGitRepository(folder.toFile(), opened.getFS())) {
        opened.create(true);
      }
      StoredConfig config = opened.getConfig();
      // A gc in the background collides with fetches; ours runs under the lock.
      config.setInt(ConfigConstants.CONFIG_GC_SECTION, null, ConfigConstants.CONFIG_KEY_AUTO, 0);
      // A redirect would carry credentials to wherever a server points.
      config.setString("http", null, "followRedirects", "false");
      config.setBoolean("http", null, "saveCookies", false);
      config.setBoolean("transfer", null, "fsckObjects", true);
      config.save();
      repository = opened;
      return opened;
    } catch (IOException e) {
      throw new SourceFailure.Passing(
          "StorageFailed", "the Git mirror " + folder + " cannot be opened; is the disk full?");
    }
  }

  @Override
  public void close() {
    Repository present = repository;
    if (present != null) {
      present.close();
    }
  }

  private static final class UntilDeadline extends EmptyProgressMonitor {
    private final Instant end;

    UntilDeadline(Instant end) {
      this.end = end;
    }

    @Override
    public boolean isCancelled() {
      return Thread.currentThread().isInterrupted() || Instant.now().isAfter(end);
    }
  }
}
