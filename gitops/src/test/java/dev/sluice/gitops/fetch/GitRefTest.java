package dev.sluice.gitops.fetch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GitRefTest {

  @ParameterizedTest
  @ValueSource(strings = {"", "a..b", "a b", "-/", "a~1", "x.lock", "a:b", "*"})
  void aNameThatGitDoesNotAllowIsRefused(String name) {
    assertThatThrownBy(() -> new GitRef.Branch(name)).hasMessageContaining("spec.ref.branch");
    assertThatThrownBy(() -> new GitRef.Tag(name)).hasMessageContaining("spec.ref.tag");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc123", "zz", "0123456789abcdef0123456789abcdef012345678"})
  void aCommitIsGivenInFull(String sha) {
    assertThatThrownBy(() -> new GitRef.Commit(sha)).hasMessageContaining("40 hexadecimal");
  }
}
