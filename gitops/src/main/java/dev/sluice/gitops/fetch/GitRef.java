package dev.sluice.gitops.fetch;

import dev.sluice.gitops.SourceFailure;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jgit.lib.Repository;

/// Which commit of a repository is wanted.
public sealed interface GitRef {

  /// The tip of a branch.
  record Branch(String name) implements GitRef {
    /// @throws SourceFailure.NeedsEdit when Git could not have such a branch
    public Branch {
      check("branch", "refs/heads/", name);
    }
  }

  /// What a tag names; an annotated tag is followed to its commit.
  record Tag(String name) implements GitRef {
    /// @throws SourceFailure.NeedsEdit when Git could not have such a tag
    public Tag {
      check("tag", "refs/tags/", name);
    }
  }

  /// Exactly this commit, wherever branches and tags point.
  ///
  /// @param sha 40 hexadecimal digits, lower case
  record Commit(String sha) implements GitRef {
    private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");

    /// @throws SourceFailure.NeedsEdit when it is not a full SHA-1
    public Commit {
      sha = sha.toLowerCase(Locale.ROOT);
      if (!SHA1.matcher(sha).matches()) {
        throw new SourceFailure.NeedsEdit(
            "InvalidRef", "spec.ref.commit must be a full SHA-1 of 40 hexadecimal digits");
      }
    }
  }

  private static void check(String what, String prefix, String name) {
    if (name.length() > 255 || !Repository.isValidRefName(prefix + name)) {
      throw new SourceFailure.NeedsEdit(
          "InvalidRef", "spec.ref." + what + " is not a name that Git allows");
    }
  }
}
