package dev.sluice.gitops.render;

import dev.sluice.gitops.SourceFailure;
import dev.sluice.gitops.fetch.SourceFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Plain manifests: every document of every file is an object, lists of objects are unfolded.
///
/// What only the server may write (`status`, `metadata.uid`, `managedFields`, …) and kubectl's
/// `last-applied-configuration` are left out, so that an exported object can be committed.
public final class Renderer {
  private static final Pattern API_VERSION = Pattern.compile("([a-z0-9.-]{1,253}/)?[a-z0-9]{1,63}");
  private static final Pattern KIND = Pattern.compile("[A-Za-z][A-Za-z0-9]{0,62}");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][-A-Za-z0-9._:]{0,252}");
  private static final Set<String> OF_THE_SERVER =
      Set.of(
          "creationTimestamp",
          "deletionGracePeriodSeconds",
          "deletionTimestamp",
          "generation",
          "managedFields",
          "resourceVersion",
          "selfLink",
          "uid");
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

  private Renderer() {}

  /// @return in the order of files and documents; empty when there are none
  /// @throws SourceFailure.NeedsEdit naming file and line of what is wrong
  public static List<Manifest> render(List<SourceFile> files) {
    var manifests = new ArrayList<Manifest>();
    for (SourceFile file : files) {
      for (Documents.Document document : Documents.read(file)) {
        add(
            document.content(),
            new Origin(file.path(), document.number(), document.line()),
            manifests);
      }
    }
    return List.copyOf(manifests);
  }

  private static void add(Map<String, Object> object, Origin origin, List<Manifest> manifests) {
    String apiVersion = text(object, "apiVersion", origin);
    String kind = text(object, "kind", origin);
    if (!API_VERSION.matcher(apiVersion).matches()) {
      throw wrong(origin, "apiVersion is not of the form group/version");
    }
    if (!KIND.matcher(kind).matches()) {
      throw wrong(origin, "kind is not a name of a kind");
    }
    if (kind.endsWith("List") && object.get("items") instanceof List<?> items) {
      for (Object item : items) {
        add(object(item, "an item of the list", origin), origin, manifests);
      }
      return;
    }
    if (object.containsKey("sops")) {
      throw wrong(origin, "it is encrypted with SOPS, which cannot be decrypted yet");
    }
    Map<String, Object> metadata = object(object.get("metadata"), "metadata", origin);
    if (!(metadata.get("name") instanceof String name) || name.isEmpty()) {
      throw wrong(
          origin,
          metadata.containsKey("generateName")
              ? "metadata.generateName makes a new object at every sync; give it a metadata.name"
              : "metadata.name is missing");
    }
    if (!NAME.matcher(name).matches()) {
      throw wrong(origin, "metadata.name is not a name that Kubernetes allows");
    }
    String namespace = "";
    if (metadata.containsKey("namespace")) {
      if (!(metadata.get("namespace") instanceof String given)
          || !NAMESPACE.matcher(given).matches()) {
        throw wrong(origin, "metadata.namespace is not a name that Kubernetes allows");
      }
      namespace = given;
    }
    manifests.add(
        new Manifest(
            new ObjectKey(ObjectKey.group(apiVersion), kind, namespace, name),
            apiVersion,
            cleaned(object, metadata, origin),
            origin));
  }

  private static Map<String, Object> cleaned(
      Map<String, Object> object, Map<String, Object> metadata, Origin origin) {
    var meta = new LinkedHashMap<String, Object>(metadata);
    meta.keySet().removeAll(OF_THE_SERVER);
    for (String words : List.of("labels", "annotations")) {
      if (meta.containsKey(words)) {
        var map = new LinkedHashMap<>(object(meta.get(words), "metadata." + words, origin));
        map.remove(LAST_APPLIED);
        map.forEach((key, value) -> {
          if (!(value instanceof String)) {
            throw wrong(
                origin, "metadata." + words + " '" + key + "' must be text: put it in quotes");
          }
        });
        meta.put(words, map);
      }
    }
    var clean = new LinkedHashMap<String, Object>(object);
    clean.put("metadata", meta);
    clean.remove("status");
    if ("Secret".equals(object.get("kind")) && "v1".equals(object.get("apiVersion"))) {
      encode(clean, origin);
    }
    return clean;
  }

  /// The server stores `stringData` as `data` and never shows it again; written as `data`, what Git
  /// says can be compared with what is there.
  private static void encode(Map<String, Object> secret, Origin origin) {
    var data = new LinkedHashMap<String, Object>();
    if (secret.containsKey("data")) {
      data.putAll(object(secret.get("data"), "data", origin));
    }
    data.forEach((key, value) -> checkBase64(key, value, origin));
    if (!secret.containsKey("stringData")) {
      return;
    }
    object(secret.get("stringData"), "stringData", origin)
        .forEach((key, value) -> {
          if (!(value instanceof String text)) {
            throw wrong(origin, "stringData '" + key + "' must be text: put it in quotes");
          }
          byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
          data.put(key, Base64.getEncoder().encodeToString(bytes));
        });
    secret.remove("stringData");
    secret.put("data", data);
  }

  private static void checkBase64(String key, Object value, Origin origin) {
    try {
      if (value instanceof String text) {
        Base64.getDecoder().decode(text);
        return;
      }
    } catch (IllegalArgumentException e) {
      // Said below, without the value.
    }
    throw wrong(origin, "data '" + key + "' is not base64; write plain text as stringData");
  }

  private static String text(Map<String, Object> object, String field, Origin origin) {
    if (object.get(field) instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw wrong(
        origin,
        field
            + " is missing: every document must be a Kubernetes object (move other files out of"
            + " spec.path)");
  }

  @SuppressWarnings("unchecked") // maps of Documents have string keys
  private static Map<String, Object> object(@Nullable Object value, String what, Origin origin) {
    if (value instanceof Map<?, ?> map) {
      return (Map<String, Object>) map;
    }
    throw wrong(origin, what + (value == null ? " is missing" : " must be an object"));
  }

  private static SourceFailure wrong(Origin origin, String what) {
    return new SourceFailure.NeedsEdit("BuildFailed", origin + ": " + what);
  }
}
