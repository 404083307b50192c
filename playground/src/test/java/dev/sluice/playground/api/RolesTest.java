package dev.sluice.playground.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.playground.store.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What users and service accounts may do is what their roles say; texts as Kubernetes 1.33.4 gave
/// them.
class RolesTest {

  private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";
  private static final String IN_TEST = RBAC + "/namespaces/default";
  private static final String PODS = "/api/v1/namespaces/default/pods";
  private static final String ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";

  private Instant now = Calls.NOW;
  private final KubernetesApi api =
      new KubernetesApi(
          () -> now, new Random(1), Users.BY_ROLES, new Storage(1000, 1000), Pace.LIKE_A_CLUSTER);

  private Calls.Reply send(String method, String path, String yaml, Map<String, String> headers) {
    var all = new HashMap<>(headers);
    all.put("content-type", "application/json");
    var body = yaml.isEmpty() ? "" : Calls.json(yaml);
    return new Calls.Reply(api.handle(Calls.call(method, path, body, all)));
  }

  private Calls.Reply post(String path, String yaml) {
    return send("POST", path, yaml, Map.of());
  }

  private Calls.Reply as(String user, String method, String path, String yaml) {
    return send(method, path, yaml, Map.of("impersonate-user", user));
  }

  private boolean mayI(String user, String attributes) {
    return as(
            user,
            "POST",
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            "{spec: {resourceAttributes: " + attributes + "}}")
        .at("/status/allowed")
        .asBoolean();
  }

  @BeforeEach
  void janeReadsPods() {
    post(
        IN_TEST + "/roles",
        """
        metadata: {name: reader}
        rules:
        - {apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}
        - {apiGroups: [""], resources: [configmaps], resourceNames: [one], verbs: [update]}
        """);
    post(
        IN_TEST + "/rolebindings",
        """
        metadata: {name: janes}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
        subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
        """);
  }

  @Test
  void aRoleAllowsWhatItNamesInItsNamespaceAndNothingElse() {
    assertThat(as("jane", "GET", PODS, "").status()).isEqualTo(200);
    assertThat(as("jane", "GET", "/api/v1/pods", "").at("/message").asText())
        .isEqualTo(
            "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" at the"
                + " cluster scope");
    assertThat(as("jane", "DELETE", PODS + "/x", "").at("/message").asText())
        .isEqualTo(
            "pods \"x\" is forbidden: User \"jane\" cannot delete resource \"pods\" in API group \"\""
                + " in the namespace \"default\"");
    assertThat(as("joe", "GET", PODS, "").status()).isEqualTo(403);
    assertThat(mayI("jane", "{verb: get, resource: pods, subresource: log, namespace: default}"))
        .isTrue();
    assertThat(mayI("jane", "{verb: watch, resource: pods, namespace: default}")).isFalse();
    assertThat(mayI("jane", "{verb: update, resource: configmaps, name: one, namespace: default}"))
        .isTrue();
    assertThat(mayI("jane", "{verb: update, resource: configmaps, name: two, namespace: default}"))
        .isFalse();
    assertThat(mayI("jane", "{verb: update, resource: configmaps, namespace: default}")).isFalse();
  }

  @Test
  void theReviewOfAnotherSaysWhichBindingAllows() {
    var review =
        post(
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            "{spec: {user: jane, resourceAttributes: {verb: get, resource: pods, namespace: default}}}");
    assertThat(review.at("/status").toString())
        .isEqualTo(
            "{\"allowed\":true,\"reason\":\"RBAC: allowed by RoleBinding \\\"janes/default\\\" of Role"
                + " \\\"reader\\\" to User \\\"jane\\\"\"}");
    var denied =
        post(
            "/apis/authorization.k8s.io/v1/subjectaccessreviews",
            "{spec: {user: jane, resourceAttributes: {verb: delete, resource: pods, namespace: default}}}");
    assertThat(denied.at("/status").toString()).isEqualTo("{\"allowed\":false}");
  }

  @Test
  void nobodyHandsOutMoreThanHeHas() {
    post(
        IN_TEST + "/roles",
        "{metadata: {name: editor}, rules: [{apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs: ['*']}]}");
    post(
        IN_TEST + "/rolebindings",
        """
        metadata: {name: editors}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: editor}
        subjects: [{kind: User, name: kim, apiGroup: rbac.authorization.k8s.io}]
        """);
    var grab =
        """
        metadata: {name: grab}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
        subjects: [{kind: User, name: kim, apiGroup: rbac.authorization.k8s.io}]
        """;
    assertThat(as("kim", "POST", IN_TEST + "/rolebindings", grab).at("/message").asText())
        .isEqualTo(
            """
            rolebindings.rbac.authorization.k8s.io "grab" is forbidden: user "kim" \
            (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
            {APIGroups:["*"], Resources:["*"], Verbs:["*"]}
            {NonResourceURLs:["*"], Verbs:["*"]}\
            """);
    var secrets =
        "{metadata: {name: secrets}, rules: [{apiGroups: [''], resources: [secrets], verbs: [get, list]}]}";
    assertThat(as("kim", "POST", RBAC + "/clusterroles", secrets).status()).isEqualTo(403);
  }

  @Test
  void aRoleThatIsPutTogetherFollowsItsParts() {
    post(
        RBAC + "/clusterroles",
        "{metadata: {name: whole}, aggregationRule: {clusterRoleSelectors: [{matchLabels: {part: 'yes'}}]}}");
    post(
        RBAC + "/clusterroles",
        "{metadata: {name: part, labels: {part: 'yes'}}, rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]}");
    now = now.plus(Duration.ofSeconds(1));
    api.step();
    assertThat(send("GET", RBAC + "/clusterroles/whole", "", Map.of()).at("/rules").toString())
        .isEqualTo("[{\"verbs\":[\"get\"],\"apiGroups\":[\"\"],\"resources\":[\"pods\"]}]");
    assertThat(send("GET", RBAC + "/clusterroles/admin", "", Map.of()).at("/rules")).isNotEmpty();
  }

  @Test
  void theTokenOfAServiceAccountIsItsAccountUntilItIsOver() {
    post(ACCOUNTS, "{metadata: {name: robot}}");
    post(
        IN_TEST + "/rolebindings",
        """
        metadata: {name: robots}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
        subjects: [{kind: ServiceAccount, name: robot, namespace: default}]
        """);
    api.step();
    var token =
        post(ACCOUNTS + "/robot/token", "{spec: {expirationSeconds: 600}}")
            .at("/status/token")
            .asText();
    var bearer = Map.of("authorization", "Bearer " + token);
    assertThat(send("GET", PODS, "", bearer).status()).isEqualTo(200);
    assertThat(
            send("GET", "/api/v1/namespaces/default/secrets", "", bearer).at("/message").asText())
        .isEqualTo(
            "secrets is forbidden: User \"system:serviceaccount:default:robot\" cannot list resource"
                + " \"secrets\" in API group \"\" in the namespace \"default\"");
    var me =
        send(
            "POST",
            "/apis/authentication.k8s.io/v1/selfsubjectreviews",
            "{kind: SelfSubjectReview, apiVersion: authentication.k8s.io/v1}",
            bearer);
    assertThat(
            me.at("/status/userInfo/groups")
                .valueStream()
                .map(Object::toString)
                .collect(Collectors.joining(" ")))
        .isEqualTo(
            "\"system:serviceaccounts\" \"system:serviceaccounts:default\" \"system:authenticated\"");
    assertThat(send("GET", PODS, "", Map.of("authorization", "Bearer " + token + "x")).status())
        .isEqualTo(401);
    now = now.plus(Duration.ofMinutes(10));
    assertThat(send("GET", PODS, "", bearer).status()).isEqualTo(401);
  }

  @Test
  void aTokenEndsWithItsAccount() {
    post(ACCOUNTS, "{metadata: {name: robot}}");
    var token =
        post(ACCOUNTS + "/robot/token", "{spec: {expirationSeconds: 600}}")
            .at("/status/token")
            .asText();
    send("DELETE", ACCOUNTS + "/robot", "", Map.of());
    post(ACCOUNTS, "{metadata: {name: robot}}");
    assertThat(send("GET", PODS, "", Map.of("authorization", "Bearer " + token)).status())
        .isEqualTo(401);
    assertThat(post(ACCOUNTS + "/robot/token", "{spec: {expirationSeconds: 60}}").status())
        .isEqualTo(422);
  }

  @Test
  void onlyWhoMayImpersonateActsForOthers() {
    var both = Map.of("impersonate-user", "jane", "impersonate-group", "system:masters");
    assertThat(send("GET", "/api/v1/nodes", "", both).status()).isEqualTo(200);
    post(ACCOUNTS, "{metadata: {name: robot}}");
    var token = post(ACCOUNTS + "/robot/token", "{spec: {}}").at("/status/token").asText();
    var pretender = Map.of("authorization", "Bearer " + token, "impersonate-user", "jane");
    assertThat(send("GET", PODS, "", pretender).at("/message").asText())
        .isEqualTo(
            "users \"jane\" is forbidden: User \"system:serviceaccount:default:robot\" cannot"
                + " impersonate resource \"users\" in API group \"\" at the cluster scope");
  }
}
