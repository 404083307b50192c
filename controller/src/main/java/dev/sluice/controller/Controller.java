package dev.sluice.controller;

/// The process.
public final class Controller {
  private Controller() {}

  public static int run(Settings settings) {
    throw new UserError("the parts for " + settings.meshProvider() + " are not put together yet");
  }
}
