package dev.sluice.playground.api;

import java.util.Map;

/// Who may call.
///
/// @param tokens bearer token to the name of an administrator; empty when who shows no token is one
/// @param roles whether roles say what everybody else may do; without them a service account may do
///   everything and any other user nothing
public record Users(Map<String, String> tokens, boolean roles) {

  /// Who comes without a token may do everything, and act for service accounts that may as well.
  public static final Users EVERYBODY = new Users(Map.of(), false);

  /// Who comes without a token may do everything, and act for others, who may do what their roles
  /// allow. The tokens of service accounts are known.
  public static final Users BY_ROLES = new Users(Map.of(), true);

  public Users {
    tokens = Map.copyOf(tokens);
  }

  /// Administrators with tokens, and nobody else.
  public Users(Map<String, String> tokens) {
    this(tokens, false);
  }
}
