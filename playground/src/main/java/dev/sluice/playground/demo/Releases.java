package dev.sluice.playground.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.Manifests;
import dev.sluice.playground.api.ApiServer;
import dev.sluice.playground.git.DeliveryRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The files that the demo commits: one app in three releases, of which the last is bad.
public final class Releases {
  public static final String NAMESPACE = "production";
  public static final String APP = "myapp";
  public static final String HOST = "myapp.example.com";
  static final String FIRST = "1.0.0";
  static final String GOOD = "1.1.0";
  static final String BAD = "1.2.0";

  private static final String DEPLOYMENT = NAMESPACE + "/deployment.yaml";

  private Releases() {}

  /// What there must be before anything can be delivered: the namespace, the GitSync, and its right
  /// to write there. The GitSync comes last.
  ///
  /// @param git the repository's address
  static List<ObjectNode> stage(String git) throws IOException {
    return Manifests.read(
        """
        apiVersion: v1
        kind: Namespace
        metadata: {name: NAMESPACE}
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: RoleBinding
        metadata: {name: delivery, namespace: NAMESPACE}
        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
        subjects:
        - {kind: ServiceAccount, name: default, namespace: NAMESPACE}
        ---
        apiVersion: sluice.dev/v1alpha1
        kind: GitSync
        metadata: {name: delivery, namespace: NAMESPACE}
        spec: {url: "GIT", path: NAMESPACE, interval: 3s, prune: true, ref: {branch: BRANCH}}
        """
            .replace("NAMESPACE", NAMESPACE)
            .replace("GIT", git)
            .replace("BRANCH", DeliveryRepository.BRANCH));
  }

  /// Everything, with the first release.
  static Map<String, String> first() throws IOException {
    var files = new LinkedHashMap<String, String>();
    files.put("README.md", resource("readme.txt"));
    files.put(DEPLOYMENT, resource("deployment.yaml"));
    files.put(NAMESPACE + "/canary.yaml", resource("canary.yaml"));
    files.put(NAMESPACE + "/gateway.yaml", resource("gateway.yaml"));
    return files;
  }

  static Map<String, String> good() throws IOException {
    return Map.of(DEPLOYMENT, resource("deployment.yaml").replace(FIRST, GOOD));
  }

  /// A third of the requests fail.
  static Map<String, String> bad() throws IOException {
    var annotation = "playground.sluice.dev/ready-after: 1s";
    return Map.of(
        DEPLOYMENT,
        resource("deployment.yaml")
            .replace(FIRST, BAD)
            .replace(
                annotation, annotation + "\n        playground.sluice.dev/error-rate: \"0.3\""));
  }

  /// Which of the three releases is the repository's: 1, 2 or 3; 0 when there is none, 4 when
  /// somebody has committed something else.
  static int committed(DeliveryRepository delivery) throws IOException {
    var present = delivery.read(DEPLOYMENT).orElse("");
    var known = List.of("", resource("deployment.yaml"), deployment(good()), deployment(bad()));
    int number = known.indexOf(present);
    return number < 0 ? known.size() : number;
  }

  private static String deployment(Map<String, String> files) {
    return files.getOrDefault(DEPLOYMENT, "");
  }

  /// The files of a release of one's own.
  ///
  /// @param annotations of the Pod template for the sample app, without their prefix
  /// @param whole everything and not the Deployment alone
  public static Map<String, String> release(String version, List<String> annotations, boolean whole)
      throws IOException {
    var before = "playground.sluice.dev/ready-after: 1s";
    var more = new StringBuilder(before);
    annotations.forEach(one -> more.append("\n        playground.sluice.dev/").append(one));
    var files = new LinkedHashMap<>(whole ? first() : Map.of());
    files.put(
        DEPLOYMENT, resource("deployment.yaml").replace(FIRST, version).replace(before, more));
    return files;
  }

  /// Creates what a cluster needs to deliver from the repository.
  ///
  /// @return whether it is a cluster that did not until now
  public static boolean deliver(ApiServer api, String git) throws IOException {
    var created = false;
    for (var object : stage(git)) {
      created = Manifests.create(api, object);
    }
    return created;
  }

  private static String resource(String name) throws IOException {
    try (var in = Releases.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("the jar lacks " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
