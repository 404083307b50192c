package dev.sluice.gitops.plan;

import static dev.sluice.gitops.plan.Given.json;
import static dev.sluice.gitops.plan.Given.manifest;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.crds.ObjectRef;
import dev.sluice.gitops.plan.Plan.Trial;
import dev.sluice.gitops.plan.Plan.Tried;
import dev.sluice.gitops.render.Manifest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTest {
  private static final ObjectRef SYNC = new ObjectRef("team", "app");

  @Test
  void whatOthersNeedIsAppliedFirst() {
    List<String> wanted =
        new ArrayList<>(
            List.of(
                "apiextensions.k8s.io/CustomResourceDefinition//planets.x.dev",
                "/Namespace//production",
                "/ServiceAccount/production/web",
                "rbac.authorization.k8s.io/ClusterRole//reader",
                "rbac.authorization.k8s.io/ClusterRoleBinding//reader",
                "gateway.networking.k8s.io/GatewayClass//istio",
                "/ConfigMap/production/web",
                "/Secret/production/web",
                "/Service/production/web",
                "apps/Deployment/production/web",
                "networking.istio.io/Gateway/production/gate",
                "flagger.app/MetricTemplate/production/errors",
                "flagger.app/Canary/production/web",
                "admissionregistration.k8s.io/ValidatingWebhookConfiguration//check"));
    Collections.shuffle(wanted, new Random(7));

    List<Plan.Stage> stages =
        Plan.stages(wanted.stream().map(text -> missing(manifest(text, "{}"))).toList());

    assertThat(stages.stream().map(s -> s.order() + " " + names(s)).toList())
        .containsExactly(
            "FOUNDATIONS CustomResourceDefinition, Namespace",
            "POLICIES ClusterRole, ServiceAccount, GatewayClass, ClusterRoleBinding",
            "CONFIG ConfigMap, Secret, Service",
            "WORKLOADS Deployment",
            "OTHERS MetricTemplate, Gateway",
            "ROLLOUTS Canary",
            "GATES ValidatingWebhookConfiguration");
  }

  @Test
  void whatWouldNotChangeIsNotApplied() {
    Live live = json("{spec: {a: 1}, metadata: {name: web, resourceVersion: '1'}}");
    Live same =
        json("{spec: {a: 1}, metadata: {name: web, resourceVersion: '2', managedFields: []}}");
    Live other = json("{spec: {a: 2}, metadata: {name: web}}");
    Manifest web = manifest("apps/Deployment/production/web", "{spec: {a: 1}}");

    assertThat(Plan.stages(List.of(new Tried(web, Optional.of(live), new Trial.WouldBe(same)))))
        .isEmpty();
    assertThat(Plan.stages(List.of(new Tried(web, Optional.of(live), new Trial.WouldBe(other)))))
        .singleElement()
        .satisfies(
            stage -> assertThat(stage.steps().getFirst().drift()).containsExactly("/spec/a"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {spec: {a: 1}}                        | {spec: {a: 1}}                        |
          {spec: {a: 1}}                        | {spec: {a: 2}}                        | /spec/a
          {spec: {a: 1}}                        | {spec: {a: 1, b: 2}}                  | /spec/b
          {spec: {p: [{n: 1}, {n: 2}]}}         | {spec: {p: [{n: 1}, {n: 3}]}}         | /spec/p/1/n
          {spec: {p: [1]}}                      | {spec: {p: [1, 2]}}                   | /spec/p
          {status: {a: 1}}                      | {status: {a: 2}}                      |
          {metadata: {generation: 1}}           | {metadata: {generation: 2}}           |
          {metadata: {managedFields: [{a: 1}]}} | {metadata: {managedFields: []}}       |
          {metadata: {finalizers: [a]}}         | {metadata: {}}                        |
          {metadata: {labels: {a/b: x}}}        | {metadata: {labels: {a/b: y}}}        | /metadata/labels/a~1b
          {metadata: {annotations: {a: x}}}     | {metadata: {}}                        | /metadata/annotations/a
          {data: {password: S3CR3T}}            | {data: {password: other}}             | /data/password
          {rules: [{a: 1}]}                     | {}                                    | /rules
          """)
  void driftNamesPlacesAndNeverValues(String live, String wouldBe, String places) {
    assertThat(String.join(" ", Drift.between(json(live), json(wouldBe))))
        .isEqualTo(places == null ? "" : places);
  }

  @Test
  void anObjectThatSomethingElseControlsIsLeftToIt() {
    Manifest service = manifest("/Service/production/web", "{}");
    Live owned =
        json(
            "{metadata: {name: web, ownerReferences: [{kind: Canary, name: web, controller: true}]}}");

    assertThat(intake(service, Optional.of(owned), List.of()))
        .isEqualTo(new Intake.Leave(service.key(), "Canary web"));
    assertThat(
            intake(
                service,
                Optional.empty(),
                List.of(new Claim(service.key(), "", "Canary production/web"))))
        .isEqualTo(new Intake.Leave(service.key(), "Canary production/web"));
  }

  @Test
  void anObjectOfAnotherSyncIsRefusedUnlessItsMarkIsACopy() {
    Manifest service = manifest("/Service/production/web", "{}");
    Live theirs =
        json("{metadata: {annotations: {sluice.dev/synced-by: 'x/y:production_web__Service'}}}");
    Live copied =
        json(
            "{metadata: {annotations: {sluice.dev/synced-by: 'x/y:production_web_apps_Deployment'}}}");

    assertThat(intake(service, Optional.of(theirs), List.of()))
        .isInstanceOfSatisfying(
            Intake.Refuse.class,
            refused -> assertThat(refused.why()).contains("belongs to GitSync x/y"));
    assertThat(intake(service, Optional.of(copied), List.of())).isInstanceOf(Intake.Send.class);
  }

  @Test
  void everythingThatIsSentBearsTheMarkOfTheSync() {
    Manifest service = manifest("/Service/production/web", "{spec: {a: 1}}");

    var sent = (Intake.Send) intake(service, Optional.empty(), List.of());

    assertThat(sent.payload().at("metadata", "annotations"))
        .contains(Map.of("sluice.dev/synced-by", "team/app:production_web__Service"));
    assertThat(OwnerMark.on(new Live(sent.payload().content()), service.key()))
        .contains(new OwnerMark(SYNC, service.key()));
    assertThat(service.at("metadata", "annotations")).isEmpty();
  }

  /// Replicas in Git 5, live 3, claimed by a rollout: what is sent, and what the rollout learns.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nobody has created it                | -                        | 5
          only Git owns the field              | sluice-git               | 3
          the rollout has taken it             | sluice-rollout           | left out
          both own it                          | sluice-git,sluice-rollout| left out
          nobody owns it (scaled to zero once) | other                    | left out
          """)
  void aClaimedFieldIsNeverWithoutAnOwner(String when, String owners, String sent) {
    Manifest web = manifest("apps/Deployment/production/web", "{spec: {replicas: 5, x: 1}}");
    var claims = new Claims(List.of(new Claim(web.key(), "/spec/replicas", "Canary web")));
    Optional<Live> live =
        owners.equals("-")
            ? Optional.empty()
            : Optional.of(
                json(
                    "{spec: {replicas: 3, x: 1}, metadata: {managedFields: ["
                        + String.join(
                            ", ",
                            Arrays.stream(owners.split(","))
                                .map(owner ->
                                    "{manager: %s, operation: Apply, fieldsV1: {'f:spec': {'f:%s': {}}}}"
                                        .formatted(owner, owner.equals("other") ? "x" : "replicas"))
                                .toList())
                        + "]}}"));

    Claims.Withheld withheld = claims.withhold(web, live, "sluice-git");

    assertThat(withheld.wishes()).isEqualTo(Map.of("/spec/replicas", 5));
    assertThat(withheld.payload().at("spec", "replicas").map(String::valueOf).orElse("left out"))
        .as(when)
        .isEqualTo(sent);
    assertThat(withheld.payload().at("spec", "x")).contains(1);
  }

  @Test
  void aClaimOnAFieldThatGitDoesNotNameKeepsTheLiveValueWhileGitOwnsIt() {
    Manifest web = manifest("apps/Deployment/production/web", "{spec: {x: 1}}");
    var claims = new Claims(List.of(new Claim(web.key(), "/spec/replicas", "Canary web")));
    Live live =
        json(
            "{spec: {replicas: 3}, metadata: {managedFields: [{manager: sluice-git, operation: Apply,"
                + " fieldsV1: {'f:spec': {'f:replicas': {}}}}]}}");

    Claims.Withheld withheld = claims.withhold(web, Optional.of(live), "sluice-git");

    assertThat(withheld.payload().at("spec", "replicas")).contains(3);
    assertThat(withheld.wishes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          argocd    | Apply  | {'f:spec': {'f:ports': {'k:{"port":80}': {'.': {}, 'f:name': {}}}}} | .spec.ports[port=80].name (applied by "argocd")
          argocd    | Apply  | {'f:spec': {'f:type': {}}}                                         |
          argocd    | Apply  | {'f:spec': {'f:ports': {}}}                                        | .spec.ports (applied by "argocd")
          argocd    | Update | {'f:spec': {'f:ports': {}}}                                        |
          kubectl   | Apply  | {'f:spec': {'f:ports': {}}}                                        |
          sluice-rollout | Apply | {'f:spec': {'f:ports': {}}}                                    |
          sluice-git | Apply | {'f:spec': {'f:ports': {}}}                                        |
          argocd    | Apply  | {'f:metadata': {'f:finalizers': {'v:"x"': {}}}}                    | .metadata.finalizers[="x"] (applied by "argocd")
          """)
  void onlyWhoAppliesAFieldIsInConflict(
      String manager, String operation, String fields, String conflict) {
    Live live =
        json(
            "{spec: {type: ClusterIP, ports: [{port: 80, name: old}]}, metadata: {finalizers: [x],"
                + " managedFields: [{manager: %s, operation: %s, fieldsV1: %s}]}}"
                    .formatted(manager, operation, fields));
    Live wouldBe = json("{spec: {type: ClusterIP, ports: [{port: 80, name: new}]}, metadata: {}}");

    assertThat(
            String.join(
                "; ",
                Conflicts.between(live, wouldBe, "sluice-git").stream()
                    .map(Object::toString)
                    .toList()))
        .isEqualTo(conflict == null ? "" : conflict);
  }

  private static Intake intake(Manifest wanted, Optional<Live> live, List<Claim> claims) {
    return Intake.of(wanted, live, new Claims(claims), SYNC, "sluice-git");
  }

  private static Tried missing(Manifest manifest) {
    return new Tried(manifest, Optional.empty(), new Trial.NotYet());
  }

  private static String names(Plan.Stage stage) {
    return String.join(
        ", ", stage.steps().stream().map(step -> step.payload().key().kind()).toList());
  }
}
