package dev.sluice.playground.workloads;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;

/// Hashes and suffixes in names, from letters that spell no words.
final class Names {
  private static final String ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
  private static final int SUFFIX = 5;

  private Names() {}

  static String suffix(RandomGenerator random) {
    var text = new StringBuilder();
    for (int i = 0; i < SUFFIX; i++) {
      text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return text.toString();
  }

  /// 8 to 10 letters that depend on the text alone.
  static String hash(String text) {
    int hash = 0x811c9dc5;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x01000193;
    }
    long positive = 10_000_000L + Integer.toUnsignedLong(hash) % 4_000_000_000L;
    var letters = new StringBuilder();
    for (char digit : Long.toString(positive).toCharArray()) {
      letters.append(ALPHABET.charAt(digit - '0'));
    }
    return letters.toString();
  }
}
