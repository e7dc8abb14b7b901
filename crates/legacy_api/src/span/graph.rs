//! A graph of version 2 in the words of version 1, which are the ones that the old page draws.

use serde_json::{Map, Value, json};

/// `graph`, if it is of version 2 in the words of version 1, and else as it is.
pub(super) fn version_1(graph: Value) -> Value {
    if graph["v"] != 2 {
        return graph;
    }
    let list = |name: &str| graph[name].as_array().map_or(&[][..], Vec::as_slice);
    let nodes: Vec<Value> = list("nodes").iter().map(node).collect();
    let edges: Vec<Value> = list("edges").iter().enumerate().map(|(place, each)| edge(place, each)).collect();
    json!({ "edges": edges, "nodes": nodes, "v": 1 })
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn node(node: &Value) -> Value {
    let id = text(node, "nodeRuntimeId");
    let kind = text(node, "nodeType");
    let label = [text(node, "nodeLabel"), kind, id].into_iter().find(|label| !label.is_empty());
    let mut found = Map::new();
    let mut put = |name: &str, value: Value| found.insert(name.to_owned(), value);
    if node["isConcurrentSubgraph"] == true {
        let children = node["childNodeRuntimeIds"].as_array().cloned().unwrap_or_default();
        put("children", Value::Array(children));
    }
    put("id", id.into());
    if node["isConcurrentSubgraph"] == true {
        put("isSubgraph", true.into());
    }
    if node["isSubflow"] == true {
        put("isSubflow", true.into());
    }
    put("label", label.unwrap_or_default().into());
    if node["isSubflow"] == true {
        for (name, id) in [
            ("subflowSinkId", &node["subflowSinkNodeRuntimeIds"][0]),
            ("subflowSourceId", &node["subflowSourceNodeRuntimeId"]),
        ] {
            if id.is_string() {
                put(name, id.clone());
            }
        }
    }
    put("type", kind.into());
    Value::Object(found)
}

fn edge(place: usize, edge: &Value) -> Value {
    let (tail, head) = (text(edge, "tailNodeRuntimeId"), text(edge, "headNodeRuntimeId"));
    let optional = |name: &str| edge[name].as_str().map_or(Value::Null, Value::from);
    let scope = if text(edge, "edgeScope") == "subflow" { "subflow" } else { "explicit" };
    json!({
        "condition": optional("edgeConditionLabel"),
        "id": format!("edge_{tail}_{head}_{place}"),
        "source": tail,
        "subflowId": optional("parentSubflowRuntimeId"),
        "target": head,
        "type": scope,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: a graph of version 2 with a group, a subflow, and an edge in it. Guarantee: every part in version 1's words.
    #[test]
    fn version_2_is_told_in_version_1_s_words() {
        let graph = json!({"v": 2, "graphStructuralId": "g", "nodes": [
            {"nodeRuntimeId": "a", "nodeType": "Node", "nodeLabel": "first"},
            {"nodeRuntimeId": "c", "nodeType": "RunConcurrent", "nodeLabel": "", "isConcurrentSubgraph": true,
             "childNodeRuntimeIds": ["a"]},
            {"nodeRuntimeId": "s", "nodeType": "Flow", "nodeLabel": "inner", "isSubflow": true,
             "subflowSourceNodeRuntimeId": "x", "subflowSinkNodeRuntimeIds": ["y", "z"]},
        ], "edges": [
            {"tailNodeRuntimeId": "a", "headNodeRuntimeId": "s", "edgeConditionLabel": "n > 1", "edgeScope": "explicit",
             "parentSubflowRuntimeId": null},
            {"tailNodeRuntimeId": "x", "headNodeRuntimeId": "y", "edgeConditionLabel": null, "edgeScope": "subflow",
             "parentSubflowRuntimeId": "s"},
        ]});
        let expected = json!({"v": 1, "nodes": [
            {"id": "a", "type": "Node", "label": "first"},
            {"id": "c", "type": "RunConcurrent", "label": "RunConcurrent", "isSubgraph": true, "children": ["a"]},
            {"id": "s", "type": "Flow", "label": "inner", "isSubflow": true, "subflowSourceId": "x", "subflowSinkId": "y"},
        ], "edges": [
            {"id": "edge_a_s_0", "source": "a", "target": "s", "condition": "n > 1", "type": "explicit", "subflowId": null},
            {"id": "edge_x_y_1", "source": "x", "target": "y", "condition": null, "type": "subflow", "subflowId": "s"},
        ]});
        assert_eq!(version_1(graph), expected);
    }

    /// Scenario: graphs that are not of version 2. Guarantee: as they are.
    #[test]
    fn others_stay() {
        for graph in [json!({}), json!({"v": 1, "nodes": []}), json!({"v": 3, "x": 1})] {
            assert_eq!(version_1(graph.clone()), graph);
        }
    }
}
