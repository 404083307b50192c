package dev.sluice.controller.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a team hears of its Git folder before it lets Sluice near it. The whole report on the
/// folder `check/folder` is in `check/expected.txt`; it is rewritten with `-Dsluice.update=true`.
class CheckCommandTest {
  private static final String CANARY =
      """
      apiVersion: flagger.app/v1beta1
      kind: Canary
      metadata: {name: web, namespace: shop}
      spec:
        targetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
        service: {port: 80}
        analysis:
          interval: 1m
          threshold: 5
          stepWeight: 10
          maxWeight: 50
          metrics: [%s]
      """;
  private static final String GOOD = CANARY.formatted("{name: request-success-rate}");

  private static final Path GOLDEN =
      Path.of(System.getProperty("sluice.root", ".."))
          .resolve("controller/src/test/resources/dev/sluice/controller/cli/check");

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    return Files.writeString(file, text);
  }

  @Test
  void aFolderIsReportedCanaryByCanary() throws IOException {
    assertThat(run("check", "-n", "staging", GOLDEN.resolve("folder").toString())).isEqualTo(1);

    String report = out.toString().replace(GOLDEN.resolve("folder").toString(), "folder");
    Path expected = GOLDEN.resolve("expected.txt");
    if (Boolean.getBoolean("sluice.update")) {
      Files.writeString(expected, report);
    }
    assertThat(report).isEqualTo(Files.readString(expected));
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("sluice: not read: ")
        .endsWith("chart/canary.yaml:1: it is not YAML that can be read");
  }

  @Test
  void scriptsGetTheSameAsJson() throws IOException {
    assertThat(run("check", "-o", "json", "-n", "staging", GOLDEN.resolve("folder").toString()))
        .isEqualTo(1);

    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("canaries")).hasSize(6);
    assertThat(report.at("/canaries/2/canary").asText()).isEqualTo("staging/another-mesh");
    assertThat(report.at("/canaries/2/verdict").asText()).isEqualTo("refused");
    assertThat(report.at("/canaries/2/refused/0/field").asText()).isEqualTo("spec.provider");
    assertThat(report.path("notRead")).hasSize(1);
    assertThat(report.path("ok").asInt()).isEqualTo(1);
    assertThat(report.path("warned").asInt()).isEqualTo(1);
    assertThat(report.path("refused").asInt()).isEqualTo(4);
  }

  @Test
  void whatIsWellEndsInSuccess() throws IOException {
    assertThat(run("check", file("web.yaml", GOOD).toString())).isZero();
    assertThat(out.toString())
        .contains("shop/web (")
        .endsWith("1 Canary: 1 ok, 0 with warnings, 0 refused\n");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void theProviderOfThoseThatNameNoneIsAFlagAsOfTheController() throws IOException {
    String faults =
        GOOD.replace("service: {port: 80}", "service: {port: 80, gatewayRefs: [{name: public}]}");
    Path web = file("web.yaml", faults);

    assertThat(run("check", "--mesh-provider", "gatewayapi:v1", web.toString())).isZero();
    assertThat(run("check", "--mesh-provider", "linkerd", web.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("unknown mesh provider 'linkerd'");
  }

  @Test
  void aTemplateOfAnotherNamespaceIsOutOfReachWhereTheControllerSaysSo() throws IOException {
    file("web.yaml", CANARY.formatted("{name: a, templateRef: {name: a, namespace: b}}"));
    file(
        "a.yaml",
        "{apiVersion: flagger.app/v1beta1, kind: MetricTemplate, metadata: {name: a, namespace: b},"
            + " spec: {provider: {type: prometheus, address: 'http://p'}, query: up}}");

    assertThat(run("check", folder.toString())).as(out.toString()).isZero();
    assertThat(run("check", "--no-cross-namespace-refs", folder.toString())).isEqualTo(1);
    assertThat(out.toString())
        .contains("references to other namespaces are blocked (--no-cross-namespace-refs)");
  }

  @Test
  void aTemplateThatIsNoObjectIsNamedAndTheRestIsChecked() throws IOException {
    file("web.yaml", GOOD);
    file(
        "a.yaml",
        "{apiVersion: flagger.app/v1beta1, kind: MetricTemplate, metadata: {name: a, labels: [b]}}");

    assertThat(run("check", folder.toString())).isZero();
    assertThat(err.toString()).contains("a.yaml: has metadata that is not of an object");
  }

  @Test
  void linksAndHiddenFoldersAreLeftAside() throws IOException {
    file("elsewhere/web.yaml", GOOD);
    file("here/.git/web.yaml", GOOD);
    file("here/api.yaml", GOOD.replace("web", "api"));
    Files.createSymbolicLink(folder.resolve("here/out"), folder.resolve("elsewhere"));
    Files.createSymbolicLink(folder.resolve("here/b.yaml"), folder.resolve("elsewhere/web.yaml"));

    assertThat(run("check", folder.resolve("here").toString())).isZero();
    assertThat(out.toString()).contains("shop/api").doesNotContain("shop/web");
  }

  @Test
  void aFolderTooDeepIsBadInput() throws IOException {
    file("d/".repeat(40) + "web.yaml", GOOD);

    assertThat(run("check", folder.toString())).isEqualTo(2);
    assertThat(err.toString()).contains("is deeper than 32 folders");
  }

  @Test
  void whatAFileSaysDoesNotSteerTheTerminal() throws IOException {
    Path web = file("web.yaml", GOOD.replace("kind: Deployment", "\"a\\e[2Jb\": 1"));

    assertThat(run("check", web.toString())).isEqualTo(1);
    assertThat(out.toString()).contains("spec.targetRef.a [2Jb").doesNotContain("\u001b");
  }

  @Test
  void whereThereIsNoCanaryTheInputIsBad() throws IOException {
    assertThat(run("check", file("c.yaml", "replicas: 2").toString())).isEqualTo(2);
    assertThat(run("check", folder.resolve("nowhere.yaml").toString())).isEqualTo(2);
    assertThat(run("check", "-A", folder.toString())).isEqualTo(2);
    assertThat(err.toString().lines())
        .hasSize(3)
        .anyMatch(line -> line.contains("there is no Canary (flagger.app) in "))
        .anyMatch(line -> line.contains("there is no file "))
        .anyMatch(line -> line.contains("-A is for the Canaries of the cluster"));
  }
}
