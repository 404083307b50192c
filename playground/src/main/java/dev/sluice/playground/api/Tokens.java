package dev.sluice.playground.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Tokens of service accounts: JSON Web Tokens that this server signs with a key of its own, which
/// does not outlive it. A token ends with its time and with its account.
final class Tokens {

  static final String ISSUER = "https://kubernetes.default.svc.cluster.local";
  static final String ACCOUNTS = "/serviceaccounts";
  private static final Duration SHORTEST = Duration.ofMinutes(10);

  private final State state;
  private final byte[] secret = new byte[32];

  Tokens(State state) {
    this.state = state;
    new SecureRandom().nextBytes(secret);
  }

  /// A token for the account.
  ///
  /// @param lasts at least ten minutes
  String issue(ObjectNode account, List<String> audiences, Duration lasts) {
    var now = state.now();
    var meta = account.path("metadata");
    var namespace = meta.path("namespace").asText();
    var name = meta.path("name").asText();
    var claims = JsonNodeFactory.instance.objectNode();
    audiences.forEach(claims.putArray("aud")::add);
    claims
        .put("exp", now.plus(lasts).getEpochSecond())
        .put("iat", now.getEpochSecond())
        .put("iss", ISSUER);
    claims
        .putObject("kubernetes.io")
        .put("namespace", namespace)
        .putObject("serviceaccount")
        .put("name", name)
        .put("uid", meta.path("uid").asText());
    claims
        .put("nbf", now.getEpochSecond())
        .put("sub", "system:serviceaccount:" + namespace + ":" + name);
    var head = encoded("{\"alg\":\"HS256\",\"kid\":\"playground\"}");
    var signed = head + "." + encoded(claims.toString());
    return signed + "." + encoded(signature(signed));
  }

  static Duration shortest() {
    return SHORTEST;
  }

  /// Whose token this is.
  ///
  /// @return empty when it is not one of this server, is over, or its account is gone
  Optional<Identity> owner(String token) {
    var parts = token.split("\\.", -1);
    if (parts.length != 3
        || !MessageDigest.isEqual(
            encoded(signature(parts[0] + "." + parts[1])).getBytes(StandardCharsets.US_ASCII),
            parts[2].getBytes(StandardCharsets.UTF_8))) {
      return Optional.empty();
    }
    var claims = claims(parts[1]);
    var place = claims.path("kubernetes.io");
    var namespace = place.path("namespace").asText();
    var account = place.path("serviceaccount");
    var stored = state.storage().get(new Key(ACCOUNTS, namespace, account.path("name").asText()));
    var uid = account.path("uid").asText();
    if (!state.now().isBefore(Instant.ofEpochSecond(claims.path("exp").asLong()))
        || stored
            .filter(found -> found.path("metadata").path("uid").asText().equals(uid))
            .isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(Identity.account(namespace, account.path("name").asText(), uid));
  }

  private static JsonNode claims(String part) {
    try {
      return Bodies.JSON.readTree(Base64.getUrlDecoder().decode(part));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a token with a good signature holds JSON", e);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private byte[] signature(String text) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static String encoded(String text) {
    return encoded(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
