package dev.sluice.gitops.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.gitops.SourceFailure;
import dev.sluice.gitops.fetch.SourceFile;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RendererTest {

  @Test
  void everyDocumentIsAnObjectAndCommentsAreNone() {
    var manifests =
        render(
            """
            # only a comment
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: production}
            spec: {replicas: 3}
            ---
            ---
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
            """);

    assertThat(manifests)
        .extracting(Manifest::key)
        .containsExactly(
            new ObjectKey("apps", "Deployment", "production", "web"),
            new ObjectKey("", "Service", "", "web"));
    assertThat(manifests.getFirst().origin()).hasToString("app/a.yaml:3");
    assertThat(manifests.getFirst().at("spec", "replicas")).contains(3);
  }

  @Test
  void listsAreUnfolded() {
    assertThat(
            render(
                """
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
                - apiVersion: v1
                  kind: ConfigMapList
                  items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}]
                """))
        .extracting(manifest -> manifest.key().name())
        .containsExactly("a", "b");
  }

  @Test
  void whatOnlyTheServerWritesIsLeftOut() {
    Manifest exported =
        render(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata:
                  name: a
                  uid: 1-2-3
                  resourceVersion: "7"
                  creationTimestamp: null
                  managedFields: [{manager: x}]
                  annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}', keep: 'yes'}
                data: {a: "1", gone: null}
                status: {x: y}
                """)
            .getFirst();

    assertThat(exported.content())
        .isEqualTo(
            Map.of(
                "apiVersion",
                "v1",
                "kind",
                "ConfigMap",
                "metadata",
                Map.of("name", "a", "annotations", Map.of("keep", "yes")),
                "data",
                Map.of("a", "1")));
  }

  @Test
  void stringDataOfASecretBecomesData() {
    assertThat(
            render(
                    """
                    apiVersion: v1
                    kind: Secret
                    metadata: {name: a}
                    data: {a: eA==, b: eA==}
                    stringData: {b: hello}
                    """)
                .getFirst()
                .at("data"))
        .contains(Map.of("a", "eA==", "b", "aGVsbG8="));
  }

  /// The meaning kubectl gives: `defaultMode: 0400` is 256, not 400.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0400       | Integer | 256
          0o400      | Integer | 256
          0x1F       | Integer | 31
          1_000      | Integer | 1000
          -7         | Integer | -7
          9999999999 | Long    | 9999999999
          089        | Double  | 89.0
          1.5e3      | Double  | 1500.0
          yes        | Boolean | true
          Off        | Boolean | false
          nope       | String  | nope
          1.2.3      | String  | 1.2.3
          12:30:00   | String  | 12:30:00
          2020-01-01 | String  | 2020-01-01
          500m       | String  | 500m
          '"yes"'    | String  | yes
          '"0400"'   | String  | 0400
          '!!str 12' | String  | 12
          """)
  void scalarsMeanWhatTheyMeanToKubectl(String yaml, String type, String meaning) {
    Object value =
        render("apiVersion: v1\nkind: X\nmetadata: {name: a}\nvalue: " + yaml + "\n")
            .getFirst()
            .at("value")
            .orElseThrow();
    assertThat(value).hasToString(meaning);
    assertThat(value.getClass().getSimpleName()).isEqualTo(type);
  }

  @Test
  void anchorsAndMergesAreWrittenOut() {
    assertThat(
            render(
                    """
                    apiVersion: v1
                    kind: X
                    metadata: {name: a}
                    base: &base {cpu: 1, memory: 2}
                    one: {<<: *base, cpu: 3}
                    two: *base
                    """)
                .getFirst()
                .content())
        .containsEntry("one", Map.of("cpu", 3, "memory", 2))
        .containsEntry("two", Map.of("cpu", 1, "memory", 2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a: 1;	b: 2                                        | app/a.yaml:2: found character
          a: 1;b: [                                          | app/a.yaml:
          a: 1;b: 2;a: 3                                     | app/a.yaml:3: the key 'a' is there twice
          a: *nowhere                                        | app/a.yaml:1: found undefined alias nowhere
          a: !!python/object:x {}                            | app/a.yaml:1
          a: !mine x                                         | app/a.yaml:1: the tag !mine is not known
          a: .nan                                            | app/a.yaml:1: '.nan' is not a number
          [1, 2]                                             | app/a.yaml:1: a document must be one object
          just text                                          | app/a.yaml:1: a document must be one object
          kind: X;metadata: {name: a}                        | app/a.yaml:1: apiVersion is missing
          apiVersion: v1;metadata: {name: a}                 | app/a.yaml:1: kind is missing
          apiVersion: v1;kind: X                             | app/a.yaml:1: metadata is missing
          apiVersion: v1;kind: X;metadata: {}                | app/a.yaml:1: metadata.name is missing
          apiVersion: v1;kind: X;metadata: {generateName: a} | app/a.yaml:1: metadata.generateName makes
          apiVersion: v1;kind: X;metadata: {name: ../../x}   | app/a.yaml:1: metadata.name is not a name
          apiVersion: v1;kind: X;metadata: {name: a, namespace: a/b} | app/a.yaml:1: metadata.namespace
          apiVersion: v/1/x;kind: X;metadata: {name: a}      | app/a.yaml:1: apiVersion is not of the form
          apiVersion: v1;kind: X;metadata: {name: a, labels: {v: 1}} | app/a.yaml:1: metadata.labels 'v' must be text
          apiVersion: v1;kind: Secret;metadata: {name: a};data: {p: S3CR3T-} | app/a.yaml:1: data 'p' is not base64; write plain text as stringData
          apiVersion: v1;kind: X;metadata: {name: a};sops: {} | app/a.yaml:1: it is encrypted with SOPS
          """)
  void aMistakeIsRefusedWithFileAndLine(String yaml, String message) {
    assertThatThrownBy(() -> render(yaml.replace(';', '\n')))
        .isInstanceOf(SourceFailure.NeedsEdit.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void aMessageNeverShowsTheLinesAroundTheMistake() {
    SourceFailure failure =
        catchThrowableOfType(
            SourceFailure.NeedsEdit.class,
            () -> render("kind: Secret\ndata:\n  password: S3CR3T\n bad: x\n"));
    assertThat(failure.why()).startsWith("app/a.yaml:").doesNotContain("S3CR3T");
  }

  @Test
  void bombsEndInBoundedTime() {
    var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      String before = "*a" + (i - 1);
      String[] many = new String[8];
      Arrays.fill(many, before);
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, String.join(", ", many)));
    }
    assertThatThrownBy(() -> render(bomb.toString())).isInstanceOf(SourceFailure.NeedsEdit.class);
    assertThatThrownBy(() -> render("a: " + "[".repeat(20_000) + "]".repeat(20_000)))
        .isInstanceOf(SourceFailure.NeedsEdit.class);
    assertThatThrownBy(() -> render("a: " + "{a: ".repeat(500) + "1" + "}".repeat(500)))
        .hasMessageContaining("nested deeper");
    assertThatThrownBy(() -> render("a: &a\n  b: *a\n"))
        .isInstanceOf(SourceFailure.NeedsEdit.class);
  }

  @Test
  void objectsGoToTheNamespaceTheyShould() {
    var manifests =
        render(
            """
            {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: own}}
            ---
            {apiVersion: v1, kind: Namespace, metadata: {name: c, namespace: wrong}}
            ---
            {apiVersion: x.dev/v1, kind: Planet, metadata: {name: d}}
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: planets.x.dev}
            spec: {group: x.dev, scope: Cluster, names: {kind: Planet, plural: planets}}
            """);

    assertThat(placed(manifests, Optional.empty()))
        .containsExactly(
            "ConfigMap team/a",
            "ConfigMap own/b",
            "Namespace c",
            "Planet d",
            "CustomResourceDefinition planets.x.dev");
    assertThat(placed(manifests, Optional.of("target")))
        .startsWith("ConfigMap target/a", "ConfigMap target/b", "Namespace c");
    assertThat(
            Placement.place(manifests, RendererTest::scope, Optional.of("target"), "team")
                .getFirst()
                .text("metadata", "namespace"))
        .contains("target");
  }

  @Test
  void oneObjectInTwoFilesIsRefusedNamingBoth() {
    var twice =
        Renderer.render(
            List.of(
                new SourceFile("a.yaml", "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}"),
                new SourceFile(
                    "b.yaml",
                    "{apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: team}}")));
    assertThatThrownBy(() -> placed(twice, Optional.empty()))
        .hasMessage("ConfigMap team/x is written twice: in a.yaml:1 and in b.yaml:1");
  }

  @Test
  void keysAreWrittenAsFluxWritesThemAndReadBack() {
    for (var key :
        List.of(
            new ObjectKey("apps", "Deployment", "ns", "web"),
            new ObjectKey("", "Namespace", "", "web"),
            new ObjectKey("rbac.authorization.k8s.io", "ClusterRole", "", "system:a:b"))) {
      assertThat(ObjectKey.parse(key.id())).contains(key);
    }
    assertThat(new ObjectKey("", "Namespace", "", "web").id()).isEqualTo("_web__Namespace");
    assertThat(ObjectKey.parse("nonsense")).isEmpty();
    assertThat(ObjectKey.parse("a_b")).isEmpty();
  }

  private static List<String> placed(List<Manifest> manifests, Optional<String> target) {
    return Placement.place(manifests, RendererTest::scope, target, "team").stream()
        .map(manifest -> manifest.key().toString())
        .toList();
  }

  private static Placement.Scope scope(String apiVersion, String kind) {
    return switch (kind) {
      case "Namespace", "CustomResourceDefinition" -> Placement.Scope.CLUSTER;
      case "ConfigMap" -> Placement.Scope.NAMESPACED;
      default -> Placement.Scope.UNKNOWN;
    };
  }

  private static List<Manifest> render(String text) {
    return Renderer.render(List.of(new SourceFile("app/a.yaml", text)));
  }
}
