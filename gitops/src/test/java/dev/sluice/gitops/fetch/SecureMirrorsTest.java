package dev.sluice.gitops.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.sluice.gitops.SourceFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who a server is, and who asks, over ssh and https.
class SecureMirrorsTest {
  @TempDir Path folder;
  BareRepository repository;
  Mirrors mirrors;
  String sha;

  @BeforeEach
  void create() throws IOException {
    repository = new BareRepository(folder.resolve("origin.git"));
    sha = repository.commit("main", Map.of("app/web.yaml", "kind: A\n"));
    mirrors = new Mirrors(folder.resolve("mirrors"));
  }

  @AfterEach
  void stop() {
    mirrors.close();
    repository.close();
  }

  @Test
  void aKeyOfASecretOpensARepositoryOverSsh() throws Exception {
    KeyPair ours = ed25519();
    try (var server = new GitSshServer(repository, ed25519(), ours.getPublic())) {
      for (String passphrase : new String[] {"", "S3CR3T phrase"}) {
        var secret =
            Map.of(
                "identity",
                pem(ours, passphrase),
                "known_hosts",
                "# our server\n" + server.knownHost(),
                "password",
                passphrase);
        assertThat(fetch(server.url(), secret).revision().sha()).isEqualTo(sha);
      }
    }
  }

  @Test
  void overSshNeitherAStrangerNorAStrangeServerIsTrusted() throws Exception {
    KeyPair ours = ed25519();
    try (var server = new GitSshServer(repository, ed25519(), ours.getPublic())) {
      String identity = pem(ours, "");
      assertThat(
              refused(
                  server.url(),
                  Map.of(
                      "identity",
                      identity,
                      "known_hosts",
                      server.knownHost(ed25519().getPublic()))))
          .isEqualTo("HostKeyMismatch");
      assertThat(
              refused(
                  server.url(),
                  Map.of(
                      "identity",
                      identity,
                      "known_hosts",
                      server.knownHost().replace("127.0.0.1", "192.0.2.1"))))
          .isEqualTo("HostKeyMismatch");
      assertThat(
              refused(
                  server.url(),
                  Map.of(
                      "identity",
                      identity,
                      "known_hosts",
                      server.knownHost() + "\n@revoked * " + server.knownHost().split(" ", 2)[1])))
          .isEqualTo("HostKeyMismatch");
      assertThat(
              refused(
                  server.url(),
                  Map.of("identity", pem(ed25519(), ""), "known_hosts", server.knownHost())))
          .isEqualTo("AuthenticationFailed");
      assertThat(
              refused(
                  server.url(),
                  Map.of(
                      "identity", pem(ours, "right"),
                      "password", "wrong",
                      "known_hosts", server.knownHost())))
          .isEqualTo("InvalidSecret");
    }
  }

  @Test
  void aCertificateOfTheSecretIsTrustedInsteadOfTheUsualOnes() throws Exception {
    Path store = folder.resolve("server.p12");
    run(
        "-genkeypair",
        "-alias",
        "git",
        "-keyalg",
        "EC",
        "-dname",
        "CN=127.0.0.1",
        "-ext",
        "san=ip:127.0.0.1",
        "-keystore",
        store.toString(),
        "-storepass",
        "changeit");
    var keys = KeyStore.getInstance("PKCS12");
    try (InputStream input = Files.newInputStream(store)) {
      keys.load(input, "changeit".toCharArray());
    }
    String ca =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("git").getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(context(keys)));
    try (var server = new GitHttpServer(repository, https)) {
      assertThat(fetch(server.url(), Map.of("ca.crt", ca)).revision().sha()).isEqualTo(sha);
      assertThat(
              catchThrowableOfType(
                  SourceFailure.Passing.class, () -> fetch(server.url(), Map.of())))
          .hasMessageContaining("certificate that is not trusted");
      assertThat(refused(server.url(), Map.of("ca.crt", "nonsense"))).isEqualTo("InvalidSecret");
    }
  }

  private Snapshot fetch(String address, Map<String, String> secret) {
    GitUrl url = GitUrl.parse(address, false);
    var data = new LinkedHashMap<String, byte[]>();
    secret.forEach((key, value) -> data.put(key, value.getBytes(StandardCharsets.UTF_8)));
    return mirrors.fetch(
        new Source(
            url,
            new GitRef.Branch("main"),
            secret.isEmpty() ? Credentials.NONE : Credentials.of(url, "login", data),
            Duration.ofSeconds(60)));
  }

  private String refused(String address, Map<String, String> secret) {
    return catchThrowableOfType(SourceFailure.NeedsEdit.class, () -> fetch(address, secret))
        .reason();
  }

  private static KeyPair ed25519() throws GeneralSecurityException {
    return KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
  }

  private static String pem(KeyPair keys, String passphrase)
      throws IOException, GeneralSecurityException {
    var out = new ByteArrayOutputStream();
    var encryption = new OpenSSHKeyEncryptionContext();
    encryption.setPassword(passphrase);
    encryption.setCipherType("256");
    OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(
        keys, "test", passphrase.isEmpty() ? null : encryption, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static SSLContext context(KeyStore keys) throws GeneralSecurityException {
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "changeit".toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }

  private static void run(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
