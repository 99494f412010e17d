package io.filcdn.indexer.topics;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A program that makes the rights of some Kafka principals what a file says: it adds the ACLs that
 * are missing, then removes what else the same principals are allowed. Other principals' ACLs, and
 * those that deny, are left alone. It can run again at any time. The Helm chart runs it before each
 * install and upgrade.
 */
final class AclSetup {

  private static final String ANY_HOST = "*";

  private AclSetup() {}

  /** One entry of the file. */
  record Wanted(
      String principal,
      ResourceType resourceType,
      String resourceName,
      PatternType patternType,
      Set<AclOperation> operations) {

    Stream<AclBinding> bindings() {
      ResourcePattern resource = new ResourcePattern(resourceType, resourceName, patternType);
      return operations.stream()
          .map(
              operation ->
                  new AccessControlEntry(principal, ANY_HOST, operation, AclPermissionType.ALLOW))
          .map(entry -> new AclBinding(resource, entry));
    }
  }

  static void main(String[] arguments) throws IOException, InterruptedException {
    try (Admin admin = Admin.create(TopicSetup.settings(System.getenv()))) {
      apply(admin, read(Path.of(arguments[0])), System.out);
    } catch (ExecutionException e) {
      System.err.println("the ACLs cannot be set up: " + e.getCause());
      System.exit(1);
    }
  }

  static List<Wanted> read(Path file) throws IOException {
    return new ObjectMapper().readValue(file.toFile(), new TypeReference<>() {});
  }

  static void apply(Admin admin, List<Wanted> acls, PrintStream out)
      throws ExecutionException, InterruptedException {
    Set<AclBinding> wanted = acls.stream().flatMap(Wanted::bindings).collect(Collectors.toSet());
    Set<AclBinding> found = new HashSet<>();
    for (String principal : acls.stream().map(Wanted::principal).distinct().toList()) {
      found.addAll(admin.describeAcls(allowed(principal)).values().get());
    }
    Set<AclBinding> missing = without(wanted, found);
    Set<AclBinding> surplus = without(found, wanted);
    admin.createAcls(missing).all().get();
    missing.forEach(acl -> out.printf("added: %s%n", acl));
    admin.deleteAcls(surplus.stream().map(AclBinding::toFilter).toList()).all().get();
    surplus.forEach(acl -> out.printf("removed: %s%n", acl));
    out.printf("%d ACLs are set%n", wanted.size());
  }

  private static AclBindingFilter allowed(String principal) {
    return new AclBindingFilter(
        ResourcePatternFilter.ANY,
        new AccessControlEntryFilter(principal, null, AclOperation.ANY, AclPermissionType.ALLOW));
  }

  private static Set<AclBinding> without(Set<AclBinding> some, Set<AclBinding> others) {
    Set<AclBinding> rest = new HashSet<>(some);
    rest.removeAll(others);
    return rest;
  }
}
