package dev.sluice.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  @TempDir Path folder;

  private record Run(int status, String errors) {}

  private static Run run(String... args) {
    var before = System.err;
    var bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      int status = Main.run(args);
      return new Run(status, bytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  private static void isOneLine(Run run, int status, String... parts) {
    assertThat(run.status()).isEqualTo(status);
    assertThat(run.errors().lines())
        .singleElement()
        .asString()
        .startsWith("sluice: ")
        .contains(parts);
  }

  @Test
  void badWordsAreToldInOneLine() {
    isOneLine(run("--demo", "maybe"), 2, "--demo", "on, off", "--help");
    isOneLine(run("--api-port", "99999"), 2, "--api-port", "99999");
    isOneLine(run("--colour"), 2, "--colour");
  }

  @Test
  void aPortInUseIsToldInOneLine() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var port = Integer.toString(taken.getLocalPort());

      isOneLine(
          run("--dir", folder.toString(), "--api-port", port), 1, "port " + port, "--api-port");
    }
  }

  @Test
  void aFolderThatIsNoneIsToldInOneLine() throws Exception {
    var file = Files.writeString(folder.resolve("file"), "x");

    isOneLine(run("--dir", file.toString()), 1, file.toString(), "--dir");
    isOneLine(run("--dir", file.resolve("under").toString()), 1, "under", "--dir");
  }

  @Test
  void twoPlaygroundsCannotShareAFolder() throws Exception {
    try (var _ = PlaygroundFolder.take(folder)) {
      isOneLine(run("--dir", folder.toString()), 1, "another playground", folder.toString());
    }
    PlaygroundFolder.take(folder).close();
  }

  @Test
  void onlyTheOwnerReadsTheKubeconfig() throws Exception {
    var file = folder.resolve("kubeconfig");
    Files.writeString(file, "old");
    PlaygroundFolder.writePrivate(file, "new");

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(file).hasContent("new");
  }

  @Test
  void portsStayTheSameWhereTheyAreFree() throws Exception {
    int port = new Ports(folder).choose("api");
    new Ports(folder).remember("api", port);
    assertThat(new Ports(folder).choose("api")).isEqualTo(port);

    try (var _ = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThat(new Ports(folder).choose("api")).isNotEqualTo(port).isPositive();
      assertThatThrownBy(() -> Ports.require(port)).isInstanceOf(UserError.class);
    }
  }
}
