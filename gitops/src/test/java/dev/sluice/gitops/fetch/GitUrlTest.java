package dev.sluice.gitops.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.gitops.SourceFailure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GitUrlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          git@host:team/app.git         | needs a scheme
          https://ada:S3CR3T@host/a.git | must not contain credentials
          https://S3CR3T@host/a.git     | must not contain credentials
          ssh://git:S3CR3T@host/a.git   | must not contain credentials
          ftp://host/a.git              | has the scheme 'ftp'; known: https, http, ssh
          file:///etc                   | must not be a file: address
          https:///a.git                | names no host
          https://host/a.git?x=S3CR3T   | must not have a query
          https://host/S3CR3T a         | is not a URL
          """)
  void anAddressThatCannotWorkIsRefusedWithoutRepeatingSecrets(String url, String why) {
    assertThatThrownBy(() -> GitUrl.parse(url, false))
        .isInstanceOf(SourceFailure.NeedsEdit.class)
        .hasMessageStartingWith("spec.url " + why)
        .message()
        .doesNotContain("S3CR3T");
  }

  @Test
  void theUserOfAnSshAddressIsNotShown() {
    assertThat(GitUrl.parse("ssh://git@host:2222/team/app.git", false))
        .hasToString("ssh://host:2222/team/app.git");
  }

  @Test
  void messagesOfServersAreCleanedBeforeAnybodySeesThem() {
    assertThat(
            Redaction.clean(
                "https://tok@host/a:\n\u0007 refused tok3n " + "x".repeat(400), List.of("tok3n")))
        .startsWith("https://host/a: refused … xxx")
        .hasSize(301);
  }

  @Test
  void revisionsAreWrittenAsFluxWritesThem() {
    String sha = "0123456789abcdef0123456789abcdef01234567";
    assertThat(Revision.parse("main@sha1:" + sha)).contains(new Revision("main", sha));
    assertThat(Revision.parse("sha1:" + sha)).contains(new Revision("", sha));
    assertThat(Revision.parse("feature/a@b@sha1:" + sha))
        .map(Revision::toString)
        .isEqualTo(Optional.of("feature/a@b@sha1:" + sha));
    assertThat(Revision.parse("main/" + sha)).isEmpty();
  }

  @Test
  void aSecretIsReadInFluxsShapesOrRefusedByKey() {
    GitUrl https = GitUrl.parse("https://host/a", false);
    GitUrl ssh = GitUrl.parse("ssh://git@host/a", false);
    record Case(GitUrl url, Map<String, byte[]> data, String why) {}
    byte[] value = "S3CR3T".getBytes(java.nio.charset.StandardCharsets.UTF_8);
    for (var refused :
        List.of(
            new Case(https, Map.of(), "needs 'username' and 'password', or 'bearerToken'"),
            new Case(https, Map.of("password", value), "needs 'username' beside 'password'"),
            new Case(https, Map.of("tls.key", value), "holds 'tls.key', which is not supported"),
            new Case(ssh, Map.of("identity", value), "needs 'known_hosts' for an ssh address"),
            new Case(ssh, Map.of("known_hosts", value), "needs 'identity' for an ssh address"))) {
      assertThatThrownBy(() -> Credentials.of(refused.url(), "login", refused.data()))
          .isInstanceOf(SourceFailure.NeedsEdit.class)
          .hasMessageStartingWith("Secret login " + refused.why());
    }
    assertThat(Credentials.of(ssh, "login", Map.of("identity", value, "known_hosts", value)))
        .hasToString("Credentials[login=Key[…], ca=Optional.empty]");
  }
}
