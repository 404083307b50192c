package dev.sluice.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The cases that were recorded from a real cluster, run by kubectl against a playground. Their
/// folder is `-Dsluice.conformance.apiserver=DIR`, by default beside the checkout. The cases that
/// differ are those that the documentation names, no more and no fewer.
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class RecordedSuiteTest {

  private static final Path ROOT =
      Path.of(System.getProperty("sluice.root", "..")).toAbsolutePath().normalize();
  private static final Path SUITE =
      Path.of(
              System.getProperty(
                  "sluice.conformance.apiserver",
                  ROOT.resolve("../shared/conformance/apiserver").toString()))
          .toAbsolutePath()
          .normalize();
  private static final Pattern RESULT = Pattern.compile("(ok  |FAIL) (\\d+)-.*");
  private static final Pattern EXCEPTION = Pattern.compile("\\| (\\d{3}) \\| .+ \\|");

  @TempDir Path folder;

  @Test
  void kubectlSeesWhatItSawOfARealClusterButForWhatIsWrittenDown()
      throws IOException, InterruptedException, ExecutionException {
    assumeTrue(Files.isExecutable(SUITE.resolve("run.sh")), "no recorded cases in " + SUITE);
    for (var program : List.of("kubectl", "bash", "curl", "jq")) {
      assumeTrue(isOnThePath(program), program + " is not on the PATH");
    }
    // Half of the time is spent waiting, so two halves run side by side.
    var halves = List.of("0*", "[1-9]*");
    var output = new StringBuilder();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var half : halves.stream().map(glob -> threads.submit(() -> run(glob))).toList()) {
        output.append(half.get()).append("\n");
      }
    }
    var results = new TreeMap<String, Boolean>();
    for (var line : output.toString().lines().toList()) {
      var result = RESULT.matcher(line);
      if (result.matches()) {
        results.put(result.group(2), result.group(1).equals("ok  "));
      }
    }
    assertThat(results).as(output.toString()).hasSize(cases());
    var failed = new TreeSet<String>();
    results.forEach((name, ok) -> {
      if (!ok) {
        failed.add(name);
      }
    });
    assertThat(failed).as(output.toString()).isEqualTo(exceptions());
  }

  /// What the suite says of some of its cases, against a playground of their own.
  private String run(String glob) throws IOException, InterruptedException, UserError {
    var own = Files.createTempDirectory(folder, "playground");
    var options = new Playground.Options(own, Optional.empty(), true, ROOT, Optional.of("none"));
    try (var playground = Playground.start(options, _ -> {})) {
      var suite =
          new ProcessBuilder("bash", SUITE.resolve("run.sh").toString(), glob)
              .redirectErrorStream(true);
      suite.environment().put("KUBECONFIG", playground.addresses().kubeconfig().toString());
      var process = suite.start();
      process.getOutputStream().close();
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return output;
    }
  }

  @Test
  void theDocumentationNamesFewExceptions() throws IOException {
    assertThat(exceptions()).hasSizeLessThanOrEqualTo(10);
  }

  private static Set<String> exceptions() throws IOException {
    var page = Files.readString(ROOT.resolve("docs/explanation/playground-api-server.md"));
    var exceptions = new TreeSet<String>();
    for (var line : page.lines().toList()) {
      var row = EXCEPTION.matcher(line);
      if (row.matches()) {
        exceptions.add(row.group(1));
      }
    }
    return exceptions;
  }

  private static int cases() throws IOException {
    try (var files = Files.list(SUITE.resolve("cases"))) {
      return (int) files.filter(file -> file.toString().endsWith(".sh")).count();
    }
  }

  private static boolean isOnThePath(String program) {
    for (var place : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(place, program))) {
        return true;
      }
    }
    return false;
  }
}
