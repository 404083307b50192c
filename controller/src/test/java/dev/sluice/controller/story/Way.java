package dev.sluice.controller.story;

/// A strategy, as the users of an app meet its releases. A new one is a value here.
enum Way {
  STEPS("stepWeight: 20, maxWeight: 40", Meeting.SOME),
  STEP_LIST("stepWeights: [10, 30, 60], stepWeightPromotion: 40", Meeting.SOME),
  LISTED(
      "steps: [{setWeight: 20}, {pause: {duration: 15s}}, {setWeight: 60, interval: 15s}, {setWeight: 30}, {analysis: {count: 2}}]",
      Meeting.SOME),
  MIRROR_FIRST("stepWeight: 20, maxWeight: 40, mirror: true", Meeting.SOME_AFTER_COPIES),
  AFFINITY(
      "stepWeights: [20, 50], sessionAffinity: {cookieName: canary-user, primaryCookieName: others}",
      Meeting.SOME),
  AB_TEST("iterations: 2, match: [{headers: {x-canary: {exact: insider}}}]", Meeting.INSIDERS),
  AB_TEST_BY_CALLER("iterations: 2, match: [{sourceLabels: {app: insiders}}]", Meeting.INSIDERS),
  BLUE_GREEN("iterations: 2", Meeting.ALL_AFTER_LOAD_TEST),
  BLUE_GREEN_MIRRORED("iterations: 2, mirror: true, mirrorWeight: 50", Meeting.ALL_AFTER_COPIES);

  /// Who meets a revision before it is promoted.
  enum Meeting {
    /// Some of all requests, more at each step.
    SOME,
    /// The same, but copies of requests first.
    SOME_AFTER_COPIES,
    /// Nobody but those who match.
    INSIDERS,
    /// A load test, then all users at once.
    ALL_AFTER_LOAD_TEST,
    /// Copies of requests, then all users at once.
    ALL_AFTER_COPIES,
    /// No user at all.
    LOAD_TEST_ALONE;

    /// Whether a release that fails its very first check has been seen by nobody.
    boolean isSafeAtFirst() {
      return this != SOME && this != INSIDERS;
    }

    boolean hasLoadTest() {
      return this == ALL_AFTER_LOAD_TEST || this == LOAD_TEST_ALONE;
    }

    boolean hasCopies() {
      return this == SOME_AFTER_COPIES || this == ALL_AFTER_COPIES;
    }
  }

  private final String analysis;
  private final Meeting meeting;

  Way(String analysis, Meeting meeting) {
    this.analysis = analysis;
    this.meeting = meeting;
  }

  /// What `spec.analysis` says of it, without the braces.
  String analysis() {
    return analysis;
  }

  Meeting meeting() {
    return meeting;
  }

  @Override
  public String toString() {
    return analysis;
  }
}
