//! `InternalAuthService` for ingestion services: is this key good? A failed check is an error, never "invalid", because
//! the sender would drop its data.

use junjo_rpc::ingestion::internal_auth_service_server::{InternalAuthService, InternalAuthServiceServer};
use junjo_rpc::ingestion::{ValidateApiKeyRequest, ValidateApiKeyResponse};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use tonic::{Request, Response, Status};

use crate::error::CheckError;
use crate::key::Scope;
use crate::service::ApiKeys;

/// The gRPC routes of the service; callers need `authorization: Bearer <token>` when there is a token.
pub fn internal_routes(keys: &ApiKeys, token: Option<&SecretString>) -> axum::Router {
    let service = KeyValidation { keys: keys.clone(), token: token.cloned() };
    tonic::service::Routes::new(InternalAuthServiceServer::new(service)).into_axum_router()
}

struct KeyValidation {
    keys: ApiKeys,
    token: Option<SecretString>,
}

impl KeyValidation {
    fn authorise<T>(&self, request: &Request<T>) -> Result<(), Status> {
        let Some(token) = &self.token else { return Ok(()) };
        let presented = request.metadata().get("authorization").and_then(|value| value.to_str().ok());
        let presented = presented.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        if presented.as_bytes().ct_eq(token.expose_secret().as_bytes()).into() {
            Ok(())
        } else {
            Err(Status::unauthenticated(
                "send the internal token (JUNJO_INTERNAL_TOKEN) as authorization: Bearer",
            ))
        }
    }
}

#[tonic::async_trait]
impl InternalAuthService for KeyValidation {
    async fn validate_api_key(
        &self,
        request: Request<ValidateApiKeyRequest>,
    ) -> Result<Response<ValidateApiKeyResponse>, Status> {
        self.authorise(&request)?;
        let answer = match self.keys.check(&request.get_ref().api_key, Scope::Ingest).await {
            Ok(identity) => ValidateApiKeyResponse {
                is_valid: true,
                key_id: identity.id.to_string(),
                project: identity.project.to_string(),
            },
            Err(CheckError::Unavailable { .. }) => {
                return Err(Status::unavailable("keys cannot be checked at the moment: try again"));
            }
            Err(_) => ValidateApiKeyResponse::default(),
        };
        Ok(Response::new(answer))
    }
}
