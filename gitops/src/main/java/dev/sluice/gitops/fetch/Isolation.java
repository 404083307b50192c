package dev.sluice.gitops.fetch;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/// Keeps JGit away from the machine it runs on: no `~/.gitconfig`, no `/etc/gitconfig`, no `GIT_…`
/// variables. A sync must mean the same wherever the controller runs.
final class Isolation extends SystemReader.Delegate {
  private static boolean installed;

  private Isolation(SystemReader system) {
    super(system);
  }

  /// JGit reads the machine through one global object, so this holds for the whole process.
  static synchronized void install() {
    if (!installed) {
      SystemReader.setInstance(new Isolation(SystemReader.getInstance()));
      installed = true;
    }
  }

  @Override
  public @Nullable String getenv(String variable) {
    return variable.startsWith("GIT_") || variable.startsWith("SSH_")
        ? null
        : super.getenv(variable);
  }

  @Override
  public FileBasedConfig openUserConfig(Config parent, FS fs) {
    return new NoFile(parent, fs);
  }

  @Override
  public FileBasedConfig openSystemConfig(Config parent, FS fs) {
    return new NoFile(parent, fs);
  }

  @Override
  public FileBasedConfig openJGitConfig(Config parent, FS fs) {
    return new NoFile(parent, fs);
  }

  private static final class NoFile extends FileBasedConfig {
    NoFile(Config parent, FS fs) {
      super(parent, null, fs);
    }

    @Override
    public void load() {}

    /// JGit stores what it measured about the file system here; it can live without.
    @Override
    public void save() {}

    @Override
    public boolean isOutdated() {
      return false;
    }
  }
}
