//! libyaml's states within sequences and mappings.

use super::{Parser, Properties, State};
use crate::yaml::scan::{Scanned, TokenKind};
use crate::yaml::tree::{Shape, Style};

impl Parser<'_, '_> {
    pub(super) fn block_sequence(&mut self) -> Scanned<State> {
        let token = self.scan.peek()?;
        match token.kind {
            TokenKind::BlockEntry => {
                self.skip(&token);
                match self.scan.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => self.empty_then(false, State::BlockSequence),
                    _ => self.node_then(true, false, false, State::BlockSequence),
                }
            }
            TokenKind::BlockEnd => Ok(self.end_marked(&token)),
            _ => Err(self.expected("did not find expected '-' indicator", &token, "while parsing a block collection")),
        }
    }

    pub(super) fn indentless_sequence(&mut self) -> Scanned<State> {
        let token = self.scan.peek()?;
        if token.kind != TokenKind::BlockEntry {
            self.end(self.last_end);
            return Ok(self.pop());
        }
        self.skip(&token);
        match self.scan.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                self.empty_then(false, State::IndentlessSequence)
            }
            _ => self.node_then(true, false, false, State::IndentlessSequence),
        }
    }

    pub(super) fn block_mapping_key(&mut self) -> Scanned<State> {
        let token = self.scan.peek()?;
        match token.kind {
            TokenKind::Key => {
                self.skip(&token);
                match self.scan.peek()?.kind {
                    TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => self.empty_then(true, State::BlockMappingValue),
                    _ => self.node_then(true, true, true, State::BlockMappingValue),
                }
            }
            TokenKind::BlockEnd => Ok(self.end_marked(&token)),
            _ => Err(self.expected("did not find expected key", &token, "while parsing a block mapping")),
        }
    }

    pub(super) fn block_mapping_value(&mut self) -> Scanned<State> {
        let token = self.scan.peek()?;
        if token.kind == TokenKind::Value {
            self.skip(&token);
            if !matches!(self.scan.peek()?.kind, TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd) {
                return self.node_then(true, true, false, State::BlockMappingKey);
            }
        }
        self.empty_then(false, State::BlockMappingKey)
    }

    pub(super) fn flow_sequence(&mut self, first: bool) -> Scanned<State> {
        let mut token = self.scan.peek()?;
        if token.kind == TokenKind::FlowSequenceEnd {
            return Ok(self.end_marked(&token));
        }
        if !first {
            if token.kind != TokenKind::FlowEntry {
                return Err(self.expected("did not find expected ',' or ']'", &token, "while parsing a flow sequence"));
            }
            self.skip(&token);
            token = self.scan.peek()?;
        }
        match token.kind {
            TokenKind::Key => {
                self.begin(Shape::Mapping(Style::Flow), &token, Properties::default())?;
                self.skip(&token);
                Ok(State::FlowPairKey)
            }
            TokenKind::FlowSequenceEnd => Ok(self.end_marked(&token)),
            _ => self.node_then(false, false, false, State::FlowSequence),
        }
    }

    pub(super) fn flow_pair_key(&mut self) -> Scanned<State> {
        let token = self.scan.peek()?;
        match token.kind {
            // libyaml drops this token, so that `[? : x]` has no value
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                self.skip(&token);
                self.empty_then(true, State::FlowPairValue)
            }
            _ => self.node_then(false, false, true, State::FlowPairValue),
        }
    }

    pub(super) fn flow_pair_value(&mut self) -> Scanned<State> {
        let token = self.scan.peek()?;
        if token.kind == TokenKind::Value {
            self.skip(&token);
            if !matches!(self.scan.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                return self.node_then(false, false, false, State::FlowPairEnd);
            }
        }
        self.empty_then(false, State::FlowPairEnd)
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Scanned<State> {
        let mut token = self.scan.peek()?;
        if token.kind == TokenKind::FlowMappingEnd {
            return Ok(self.end_marked(&token));
        }
        if !first {
            if token.kind != TokenKind::FlowEntry {
                return Err(self.expected("did not find expected ',' or '}'", &token, "while parsing a flow mapping"));
            }
            self.skip(&token);
            token = self.scan.peek()?;
        }
        match token.kind {
            TokenKind::Key => {
                self.skip(&token);
                match self.scan.peek()?.kind {
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => self.empty_then(true, State::FlowMappingValue),
                    _ => self.node_then(false, false, true, State::FlowMappingValue),
                }
            }
            TokenKind::FlowMappingEnd => Ok(self.end_marked(&token)),
            _ => self.node_then(false, false, true, State::FlowMappingNoValue),
        }
    }

    pub(super) fn flow_mapping_value(&mut self) -> Scanned<State> {
        let token = self.scan.peek()?;
        if token.kind == TokenKind::Value {
            self.skip(&token);
            if !matches!(self.scan.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                return self.node_then(false, false, false, State::FlowMappingKey);
            }
        }
        self.empty_then(false, State::FlowMappingKey)
    }
}
