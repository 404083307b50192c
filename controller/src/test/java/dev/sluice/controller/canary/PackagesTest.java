package dev.sluice.controller.canary;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Keeps the parts around a canary apart: each can be read without the one that uses it.
class PackagesTest {
  private static final JavaClasses CONTROLLER =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.sluice.controller");

  @Test
  void noTwoPackagesKnowEachOther() {
    slices()
        .matching("dev.sluice.controller.(*)..")
        .should()
        .beFreeOfCycles()
        .because("who changes one package must not have to read another that uses it")
        .check(CONTROLLER);
  }

  @Test
  void whatTranslatesManifestsAsksNobody() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.controller.importing..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.sluice.controller.cluster..",
            "dev.sluice.controller.object..",
            "dev.sluice.controller.rollout..",
            "io.fabric8..",
            "java.nio.file..")
        .because("a translation is the same wherever and whenever it is made")
        .check(CONTROLLER);
  }

  @Test
  void whatIsMadeFromATargetDoesNotKnowWhereTrafficGoes() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.controller.target..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.sluice.controller.routing..",
            "dev.sluice.controller.check..",
            "dev.sluice.controller.report..",
            "dev.sluice.mesh..")
        .because("another kind of target is another file there, whatever the mesh is")
        .check(CONTROLLER);
  }

  @Test
  void whatASpecificationAsksForIsReadWithoutKnowingHowFarARolloutIs() {
    noClasses()
        .that()
        .resideInAPackage("dev.sluice.controller.rollout.policy..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.sluice.controller.rollout")
        .because("another strategy is another file there, and the rollout asks it what comes next")
        .check(CONTROLLER);
  }
}
