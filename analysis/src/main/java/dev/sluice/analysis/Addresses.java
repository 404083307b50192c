package dev.sluice.analysis;

import java.util.regex.Pattern;

/// Addresses as they may be shown to people.
final class Addresses {
  private static final Pattern USER = Pattern.compile("//[^/@]*@");
  private static final Pattern QUERY = Pattern.compile("[?#].*$");

  private Addresses() {}

  /// Without user, password and query.
  static String display(String address) {
    return USER.matcher(QUERY.matcher(address).replaceFirst("")).replaceFirst("//");
  }
}
