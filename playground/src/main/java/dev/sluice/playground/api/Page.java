package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Where a paged list goes on.
///
/// @param version of the first page; all pages show it
/// @param last the place of the last object shown, see [#place]
/// @param seen how many objects the pages up to it have shown
record Page(long version, String last, long seen) {

  /// An object's place in the order of lists.
  static String place(ObjectNode object) {
    var meta = object.path("metadata");
    return meta.path("namespace").asText("") + '\0' + meta.path("name").asText("");
  }

  String token() {
    var node =
        Bodies.JSON
            .createObjectNode()
            .put("v", "meta.k8s.io/v1")
            .put("rv", version)
            .put("start", last)
            .put("seen", seen);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(node.toString().getBytes(StandardCharsets.UTF_8));
  }

  /// @throws Refusal 400 when this is no token of ours
  static Page parse(String token) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(token);
    } catch (IllegalArgumentException e) {
      throw refused("illegal base64 data at input byte 0");
    }
    try {
      JsonNode node = Bodies.JSON.readTree(bytes);
      if (node != null && node.has("rv") && node.has("start")) {
        return new Page(
            node.path("rv").asLong(), node.path("start").asText(), node.path("seen").asLong());
      }
    } catch (IOException _) {
      // reported below, as anything else that is no token
    }
    var first = new String(bytes, StandardCharsets.ISO_8859_1).codePointAt(0);
    throw refused(
        "invalid character '"
            + (first < 0x20 || first > 0x7e
                ? String.format(java.util.Locale.ROOT, "\\u%04x", first)
                : Character.toString(first))
            + "' looking for beginning of value");
  }

  private static Refusal refused(String why) {
    return Refusal.badRequest("invalid continue token: continue key is not valid: " + why);
  }
}
