package io.filcdn.helm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The schemas of Kubernetes' own types and of the custom resources that the chart uses, made
 * strict: what they do not name is an error, as the API server says of it with strict field
 * validation.
 *
 * <p>They come with the libraries that were generated from the types' Go sources, in version 1.30
 * of Kubernetes. Strimzi's and Envoy Gateway's are in this module's resources.
 */
final class KubernetesSchemas {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where each kind is described: what the library's file name has, and the definition. */
  private static final Map<String, List<String>> KINDS =
      Map.ofEntries(
          Map.entry("v1/ConfigMap", List.of("kubernetes-model-core", "kubernetes_core_ConfigMap")),
          Map.entry("v1/Service", List.of("kubernetes-model-core", "kubernetes_core_Service")),
          Map.entry("v1/Pod", List.of("kubernetes-model-core", "kubernetes_core_Pod")),
          Map.entry(
              "apps/v1/Deployment", List.of("kubernetes-model-apps", "kubernetes_apps_Deployment")),
          Map.entry(
              "apps/v1/StatefulSet",
              List.of("kubernetes-model-apps", "kubernetes_apps_StatefulSet")),
          Map.entry("batch/v1/Job", List.of("kubernetes-model-batch", "kubernetes_batch_v1_Job")),
          Map.entry(
              "autoscaling/v2/HorizontalPodAutoscaler",
              List.of(
                  "kubernetes-model-autoscaling",
                  "kubernetes_autoscaling_v2_HorizontalPodAutoscaler")),
          Map.entry(
              "networking.k8s.io/v1/Ingress",
              List.of("kubernetes-model-networking", "kubernetes_networking_v1_Ingress")),
          Map.entry(
              "networking.k8s.io/v1/NetworkPolicy",
              List.of("kubernetes-model-networking", "kubernetes_networking_v1_NetworkPolicy")),
          Map.entry(
              "policy/v1/PodDisruptionBudget",
              List.of("kubernetes-model-policy", "kubernetes_policy_v1_PodDisruptionBudget")),
          Map.entry(
              "gateway.networking.k8s.io/v1/HTTPRoute",
              List.of("kubernetes-model-gatewayapi", "kubernetes_sigs_gatewayapi_v1_HTTPRoute")),
          Map.entry(
              "monitoring.coreos.com/v1/ServiceMonitor",
              List.of("openshift-model-monitoring", "os_monitoring_v1_ServiceMonitor")),
          Map.entry(
              "monitoring.coreos.com/v1/PrometheusRule",
              List.of("openshift-model-monitoring", "os_monitoring_v1_PrometheusRule")),
          Map.entry(
              "gateway.envoyproxy.io/v1alpha1/BackendTrafficPolicy",
              List.of("helm-tests", "envoy_BackendTrafficPolicy")),
          Map.entry(
              "gateway.envoyproxy.io/v1alpha1/EnvoyExtensionPolicy",
              List.of("helm-tests", "envoy_EnvoyExtensionPolicy")),
          Map.entry("kafka.strimzi.io/v1/KafkaTopic", List.of("helm-tests", "strimzi_KafkaTopic")),
          Map.entry("kafka.strimzi.io/v1/KafkaUser", List.of("helm-tests", "strimzi_KafkaUser")));

  /** Types whose JSON is not what their Go struct looks like, by the end of their names. */
  private static final Map<String, List<String>> WRITTEN_OTHERWISE =
      Map.of(
          "_Quantity", List.of("string", "number"), "_IntOrString", List.of("string", "integer"));

  private final Map<String, JsonSchema> compiled = new HashMap<>();

  /** What is wrong with an object, one line each; nothing where it is right. */
  List<String> errors(JsonNode object) {
    String kind = object.path("apiVersion").asText() + "/" + object.path("kind").asText();
    if (!KINDS.containsKey(kind)) {
      return List.of("expected one of %s, found the kind %s".formatted(KINDS.keySet(), kind));
    }
    return compiled.computeIfAbsent(kind, KubernetesSchemas::compile).validate(object).stream()
        .map(ValidationMessage::getMessage)
        .sorted()
        .toList();
  }

  private static JsonSchema compile(String kind) {
    List<String> place = Optional.ofNullable(KINDS.get(kind)).orElseThrow();
    ObjectNode file = read(place.getFirst());
    ObjectNode schema = JSON.createObjectNode();
    schema.put("$ref", "#/definitions/" + place.getLast());
    schema.set("definitions", file.get("definitions"));
    schema.get("definitions").forEach(KubernetesSchemas::close);
    schema.get("definitions").properties().forEach(KubernetesSchemas::correct);
    return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(schema);
  }

  /** Forbids what is not named, where anything is allowed that is not. */
  private static void close(JsonNode schema) {
    if (schema instanceof ObjectNode object
        && object.has("properties")
        && object.path("additionalProperties").isBoolean()) {
      object.put("additionalProperties", false);
    }
    // a marker of the generator that JSON Schema knows in another sense
    if (schema instanceof ObjectNode object && object.path("required").isBoolean()) {
      object.remove("required");
    }
    schema.forEach(KubernetesSchemas::close);
  }

  private static void correct(Map.Entry<String, JsonNode> definition) {
    WRITTEN_OTHERWISE.forEach(
        (end, types) -> {
          if (definition.getKey().endsWith(end)) {
            ((ObjectNode) definition.getValue()).removeAll().set("type", JSON.valueToTree(types));
          }
        });
  }

  private static ObjectNode read(String library) {
    try {
      for (URL url :
          Collections.list(
              KubernetesSchemas.class
                  .getClassLoader()
                  .getResources("schema/validation-schema.json"))) {
        if (url.getPath().contains(library)) {
          try (InputStream in = url.openStream()) {
            return (ObjectNode) JSON.readTree(in);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError("expected the library %s on the class path".formatted(library));
  }
}
